package given

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/kudoc/kudoc/api/v1alpha1"
)

// Settings are fields of an Instance besides its version, parameters and requirements.
type Settings struct {
	ServiceAccount, DriftPolicy, DeletionPolicy string
	AllowDowngrade                              bool
}

// AddFlags adds a flag for each.
func (s *Settings) AddFlags(f *pflag.FlagSet) {
	f.StringVar(&s.ServiceAccount, "service-account", "", "service account as which objects are read and written; one named before is kept")
	f.StringVar(&s.DriftPolicy, "drift-policy", "", "Report or Repair what others change; one given before is kept")
	f.StringVar(&s.DeletionPolicy, "deletion-policy", "", "Delete, Retain (volumes and secrets) or Orphan (everything) when the instance is deleted; one given before is kept")
	f.BoolVar(&s.AllowDowngrade, "allow-downgrade", false, "let the version be lower than the one in force")
}

// Check refuses policies that there are not.
func (s *Settings) Check() error {
	return errors.Join(
		oneOf("--drift-policy", s.DriftPolicy, string(v1alpha1.DriftReport), string(v1alpha1.DriftRepair)),
		oneOf("--deletion-policy", s.DeletionPolicy, string(v1alpha1.DeletionDelete), string(v1alpha1.DeletionRetain), string(v1alpha1.DeletionOrphan)))
}

func oneOf(flag, value string, all ...string) error {
	if value == "" || slices.Contains(all, value) {
		return nil
	}
	return Wrong("%s %q is none of %s", flag, value, strings.Join(all, ", "))
}

// Over are the fields of the spec, with what was there before where nothing is given.
func (s *Settings) Over(former v1alpha1.InstanceSpec) map[string]any {
	out := map[string]any{}
	if former.DeletionPolicy == v1alpha1.DeletionDelete { // the API server's default
		former.DeletionPolicy = ""
	}
	for field, values := range map[string][2]string{
		"serviceAccountName": {s.ServiceAccount, former.ServiceAccountName},
		"driftPolicy":        {s.DriftPolicy, string(former.DriftPolicy)},
		"deletionPolicy":     {s.DeletionPolicy, string(former.DeletionPolicy)},
	} {
		for _, v := range values {
			if v != "" {
				out[field] = v
				break
			}
		}
	}
	if s.AllowDowngrade {
		out["allowDowngrade"] = true
	}
	return out
}
