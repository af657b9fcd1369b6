package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/kudoc/kudoc/internal/compile/lint/tree"
	"github.com/kudoc/kudoc/internal/kinds"
)

var volumeRules = []Rule{
	{Code: "KD608", Title: "a mount has no volume", check: mounts,
		Text: "A container mounts a volume that its pod does not have, neither among the volumes nor among the volumeClaimTemplates. An API server refuses that."},
	{Code: "KD609", Title: "a volume is not used", Warning: true, everywhere: true, check: unmounted,
		Text: "No container of the pod mounts the volume, whatever the parameters are. Either the mount is missing, or the volume is left over."},
	{Code: "KD610", Title: "an object names one that the framework does not make", Warning: true, check: missingObjects,
		Text: "A pod names a ConfigMap, Secret, PersistentVolumeClaim or ServiceAccount, a binding a role or an account, an autoscaler its target, or an Ingress a Service, and the name has that of the instance in it, but no task makes such an object. Refer to the object that is meant: tasks.config.apply.config.metadata.name. If somebody else is to make it, let a parameter name it."},
	{Code: "KD611", Title: "a pod needs a key that an object lacks", check: missingKeys,
		Text: "A pod reads a key of a ConfigMap or Secret that the framework makes without that key, so that the pod cannot start."},
	{Code: "KD612", Title: "a StatefulSet names a service that does not exist", Warning: true, everywhere: true, own: true, check: governing,
		Text: "The serviceName of a StatefulSet is the Service that gives its pods their names in the network. No task makes a Service of that name."},
}

// volumes are the names of the volumes of a pod, and where they are.
func (p *pod) volumes() map[string]path {
	out := map[string]path{}
	for n, v := range tree.List(p.Body, "spec", "volumes") {
		out[tree.Text(v, "name")] = p.Root.Of("spec", "volumes", n)
	}
	if p.is("apps", "StatefulSet") {
		for n, v := range tree.List(p.object, "spec", "volumeClaimTemplates") {
			out[tree.Text(v, "metadata", "name")] = path{"spec", "volumeClaimTemplates", n}
		}
	}
	return out
}

// mounted calls visit for every mount of a volume.
func (p *pod) mounted(visit func(at path, name string)) {
	for _, c := range p.Containers() {
		for _, field := range []string{"volumeMounts", "volumeDevices"} {
			for n, m := range tree.List(c.Body, field) {
				visit(c.Path.Of(field, n, "name"), tree.Text(m, "name"))
			}
		}
	}
}

func mounts(w *world, report reporter) {
	for _, p := range w.pods {
		volumes := p.volumes()
		p.mounted(func(at path, name string) {
			if _, ok := volumes[name]; !ok {
				f := report(p.item, at, name, fmt.Sprintf("the pod has no volume %q", name))
				var names []string
				for v := range volumes {
					names = append(names, v)
				}
				if slices.Sort(names); len(names) > 0 {
					f.hint = "it has " + strings.Join(names, ", ")
				}
			}
		})
	}
}

func unmounted(w *world, report reporter) {
	for _, p := range w.pods {
		volumes := p.volumes()
		p.mounted(func(_ path, name string) { delete(volumes, name) })
		for name, at := range volumes {
			report(p.item, at, name, fmt.Sprintf("no container mounts the volume %q", name))
		}
	}
}

// missingObjects finds references to objects of the instance that no task makes. What another program may make is no finding:
// what a custom resource names, or a script.
func missingObjects(w *world, report reporter) {
	for _, m := range w.mentions {
		if m.Key != "" || m.Optional || !strings.Contains(m.Name, w.inputs.Instance.Name) || w.makes(m) || w.mayBeMade(m) {
			continue
		}
		f := report(m.item, m.Path, m.Kind, fmt.Sprintf("no task makes the %s %q", m.Kind, m.Name))
		switch names := w.namesOf(m.Kind); {
		case slices.Contains(names, m.Name):
			f.hint = "there is one in another namespace"
		case len(names) > 0:
			f.hint = "there is " + strings.Join(names, ", ")
		}
	}
}

func (w *world) namesOf(kind string) []string {
	var out []string
	for _, i := range w.made {
		if i.gk.Kind == kind && !slices.Contains(out, i.name()) {
			out = append(out, i.name())
		}
	}
	return out
}

var ordinal = regexp.MustCompile(`^[0-9]+$`)

// makes says whether a task makes what is mentioned; a StatefulSet makes claims.
func (w *world) makes(m mention) bool {
	if w.object(m) != nil {
		return true
	}
	for _, i := range w.made {
		if m.Kind != "PersistentVolumeClaim" || !i.is("apps", "StatefulSet") {
			continue
		}
		for _, t := range tree.List(i.object, "spec", "volumeClaimTemplates") {
			rest, ok := strings.CutPrefix(m.Name, tree.Text(t, "metadata", "name")+"-"+i.name()+"-")
			if ok && ordinal.MatchString(rest) {
				return true
			}
		}
	}
	return false
}

// namespaceOf is where an object is that an item mentions: only subjects of bindings may be elsewhere.
func (w *world) namespaceOf(m mention) string {
	at := slices.Clone(m.Path)
	at[len(at)-1] = "namespace"
	if ns := tree.Text(m.item.object, at...); ns != "" && m.Path[0] == "subjects" {
		return ns
	}
	return w.namespace(m.item)
}

// object is the object that an item mentions, or nil.
func (w *world) object(m mention) *item {
	for _, i := range w.made {
		if i.gk.Kind == m.Kind && i.name() == m.Name && (kinds.ClusterScoped(i.gk) || w.namespace(i) == w.namespaceOf(m)) {
			return i
		}
	}
	return nil
}

// mayBeMade says whether some text of the framework has the name in it: a custom resource, a script, an argument.
func (w *world) mayBeMade(m mention) bool {
	found := false
	look := func(s string) { found = found || containsName(s, m.Name) }
	for _, i := range w.made {
		switch {
		case i.isForeign():
			tree.EachString(i.object, look)
		case i.is("", "ConfigMap"), i.is("", "Secret"):
			tree.EachString(i.object["data"], look)
			tree.EachString(i.object["stringData"], look)
		}
	}
	for _, p := range w.pods {
		for _, c := range p.Containers() {
			tree.EachString(c.Body["command"], look)
			tree.EachString(c.Body["args"], look)
			for _, e := range tree.List(c.Body, "env") {
				look(tree.Text(e, "value"))
			}
		}
	}
	return found
}

// containsName says whether a name stands in a text, and not only the beginning of a longer one.
func containsName(text, name string) bool {
	for {
		_, rest, ok := strings.Cut(text, name)
		if !ok {
			return false
		}
		if rest == "" || !strings.Contains("abcdefghijklmnopqrstuvwxyz0123456789-", rest[:1]) {
			return true
		}
		text = rest
	}
}

func missingKeys(w *world, report reporter) {
	for _, m := range w.mentions {
		o := w.object(m)
		if m.Key == "" || m.Optional || o == nil || strings.HasPrefix(tree.Text(o.object, "type"), "kubernetes.io/service-account-token") {
			continue
		}
		keys := map[string]bool{}
		for _, field := range []string{"data", "stringData", "binaryData"} {
			for k := range tree.Object(o.object, field) {
				keys[k] = true
			}
		}
		if len(keys) == 0 || keys[m.Key] { // one without keys is filled by a program
			continue
		}
		var names []string
		for k := range keys {
			names = append(names, k)
		}
		slices.Sort(names)
		f := report(m.item, m.Path, m.Key, fmt.Sprintf("%s %q has no key %q", m.Kind, o.id, m.Key))
		f.hint = "it has " + strings.Join(names, ", ")
	}
}

func governing(w *world, report reporter) {
	services := w.namesOf("Service")
	for _, i := range w.made {
		name := tree.Text(i.object, "spec", "serviceName")
		if !i.is("apps", "StatefulSet") || name == "" || slices.Contains(services, name) || w.hasForeign() {
			continue
		}
		f := report(i, path{"spec", "serviceName"}, "", fmt.Sprintf("no task makes the Service %q", name))
		if len(services) > 0 {
			f.hint = "there is " + strings.Join(services, ", ")
		}
	}
}
