package cluster

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestErrorsOfTheConnectionSayWhatToDo(t *testing.T) {
	other := errors.New("disk full")
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"credentials":   {fmt.Errorf("read instance: %w", apierrors.NewUnauthorized("who are you")), "the cluster does not accept the credentials of the kubeconfig"},
		"anything else": {other, "disk full"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Reached(tt.err).Error(); !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
