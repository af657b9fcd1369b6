package lint

// mention is the name of an object in a pod.
type mention struct {
	pod      *pod
	path     path
	kind     string // of the core group
	name     string
	key      string // that the pod reads, or ""
	optional bool
}

// mentions are the ConfigMaps, Secrets, claims and service accounts that pods name.
func (w *world) mentions() []mention {
	var out []mention
	for _, p := range w.pods() {
		add := func(kind string, at path, field string, key path) {
			m := mention{pod: &p, path: at.of(field), kind: kind, name: text(p.object, at.of(field)...), optional: holds(p.object, at.of("optional")...)}
			if key != nil {
				m.path, m.key = key, text(p.object, key...)
			}
			if m.name != "" {
				out = append(out, m)
			}
		}
		spec := p.root.of("spec")
		if name := text(p.body, "spec", "serviceAccountName"); name != "" && name != "default" {
			add("ServiceAccount", spec, "serviceAccountName", nil)
		}
		for n := range list(p.body, "spec", "imagePullSecrets") {
			add("Secret", spec.of("imagePullSecrets", n), "name", nil)
		}
		for n := range list(p.body, "spec", "volumes") {
			p.inVolume(spec.of("volumes", n), add)
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
	if object(p.object, at.of("persistentVolumeClaim")...) != nil {
		add("PersistentVolumeClaim", at.of("persistentVolumeClaim"), "claimName", nil)
	}
	for n := range list(p.object, at.of("projected", "sources")...) {
		p.inSource(at.of("projected", "sources", n), "name", add)
	}
}

// inSource adds what a volume, or a part of a projected one, takes its files from.
func (p *pod) inSource(at path, secretName string, add addMention) {
	for _, s := range []struct{ field, kind, name string }{{"configMap", "ConfigMap", "name"}, {"secret", "Secret", secretName}} {
		source := at.of(s.field)
		if object(p.object, source...) == nil {
			continue
		}
		add(s.kind, source, s.name, nil)
		for n := range list(p.object, source.of("items")...) {
			add(s.kind, source, s.name, source.of("items", n, "key"))
		}
	}
}

func (p *pod) inContainer(c container, add addMention) {
	for n := range list(c.body, "envFrom") {
		for field, kind := range map[string]string{"configMapRef": "ConfigMap", "secretRef": "Secret"} {
			if ref := c.path.of("envFrom", n, field); object(p.object, ref...) != nil {
				add(kind, ref, "name", nil)
			}
		}
	}
	for n := range list(c.body, "env") {
		for field, kind := range map[string]string{"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"} {
			if ref := c.path.of("env", n, "valueFrom", field); object(p.object, ref...) != nil {
				add(kind, ref, "name", nil)
				add(kind, ref, "name", ref.of("key"))
			}
		}
	}
}
