package lint

import "github.com/kudoc/kudoc/internal/compile/lint/tree"

// mention is the name of an object in a pod.
type mention struct {
	pod      *pod
	path     path
	kind     string // of the core group
	name     string
	key      string // that the pod reads, or ""
	optional bool
}

// allMentions are the ConfigMaps, Secrets, claims and service accounts that pods name.
func (w *world) allMentions() []mention {
	var out []mention
	for _, p := range w.pods {
		add := func(kind string, at path, field string, key path) {
			m := mention{pod: &p, path: at.Of(field), kind: kind, name: tree.Text(p.object, at.Of(field)...), optional: tree.Holds(p.object, at.Of("optional")...)}
			if key != nil {
				m.path, m.key = key, tree.Text(p.object, key...)
			}
			if m.name != "" {
				out = append(out, m)
			}
		}
		spec := p.root.Of("spec")
		if name := tree.Text(p.body, "spec", "serviceAccountName"); name != "" && name != "default" {
			add("ServiceAccount", spec, "serviceAccountName", nil)
		}
		for n := range tree.List(p.body, "spec", "imagePullSecrets") {
			add("Secret", spec.Of("imagePullSecrets", n), "name", nil)
		}
		for n := range tree.List(p.body, "spec", "volumes") {
			p.inVolume(spec.Of("volumes", n), add)
		}
		for _, c := range p.containers() {
			p.inContainer(c, add)
		}
	}
	return out
}

type addMention func(kind string, at path, field string, key path)

func (p *pod) inVolume(at path, add addMention) {
	p.inSource(at, "secretName", add)
	if tree.Object(p.object, at.Of("persistentVolumeClaim")...) != nil {
		add("PersistentVolumeClaim", at.Of("persistentVolumeClaim"), "claimName", nil)
	}
	for n := range tree.List(p.object, at.Of("projected", "sources")...) {
		p.inSource(at.Of("projected", "sources", n), "name", add)
	}
}

// inSource adds what a volume, or a part of a projected one, takes its files from.
func (p *pod) inSource(at path, secretName string, add addMention) {
	for _, s := range []struct{ field, kind, name string }{{"configMap", "ConfigMap", "name"}, {"secret", "Secret", secretName}} {
		source := at.Of(s.field)
		if tree.Object(p.object, source...) == nil {
			continue
		}
		add(s.kind, source, s.name, nil)
		for n := range tree.List(p.object, source.Of("items")...) {
			add(s.kind, source, s.name, source.Of("items", n, "key"))
		}
	}
}

func (p *pod) inContainer(c container, add addMention) {
	for n := range tree.List(c.body, "envFrom") {
		for field, kind := range map[string]string{"configMapRef": "ConfigMap", "secretRef": "Secret"} {
			if ref := c.path.Of("envFrom", n, field); tree.Object(p.object, ref...) != nil {
				add(kind, ref, "name", nil)
			}
		}
	}
	for n := range tree.List(c.body, "env") {
		for field, kind := range map[string]string{"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"} {
			if ref := c.path.Of("env", n, "valueFrom", field); tree.Object(p.object, ref...) != nil {
				add(kind, ref, "name", nil)
				add(kind, ref, "name", ref.Of("key"))
			}
		}
	}
}
