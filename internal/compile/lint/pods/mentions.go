package pods

import "github.com/kudoc/kudoc/internal/compile/lint/tree"

// Mention is the name of an object in a pod.
type Mention struct {
	Path     tree.Path // in the object
	Kind     string    // of the core group
	Name     string
	Key      string // that the pod reads, or ""
	Optional bool
}

// Mentions are the ConfigMaps, Secrets, claims and service accounts that a pod names.
func (p *Pod) Mentions() []Mention {
	var out []Mention
	add := func(kind string, at tree.Path, field string, key tree.Path) {
		m := Mention{Path: at.Of(field), Kind: kind, Name: tree.Text(p.Object, at.Of(field)...), Optional: tree.Holds(p.Object, at.Of("optional")...)}
		if key != nil {
			m.Path, m.Key = key, tree.Text(p.Object, key...)
		}
		if m.Name != "" {
			out = append(out, m)
		}
	}
	spec := p.Root.Of("spec")
	if name := tree.Text(p.Body, "spec", "serviceAccountName"); name != "default" {
		add("ServiceAccount", spec, "serviceAccountName", nil)
	}
	for n := range tree.List(p.Body, "spec", "imagePullSecrets") {
		add("Secret", spec.Of("imagePullSecrets", n), "name", nil)
	}
	for n := range tree.List(p.Body, "spec", "volumes") {
		p.inVolume(spec.Of("volumes", n), add)
	}
	for _, c := range p.Containers() {
		p.inContainer(c, add)
	}
	return out
}

type addMention func(kind string, at tree.Path, field string, key tree.Path)

func (p *Pod) inVolume(at tree.Path, add addMention) {
	p.inSource(at, "secretName", add)
	if tree.Object(p.Object, at.Of("persistentVolumeClaim")...) != nil {
		add("PersistentVolumeClaim", at.Of("persistentVolumeClaim"), "claimName", nil)
	}
	for n := range tree.List(p.Object, at.Of("projected", "sources")...) {
		p.inSource(at.Of("projected", "sources", n), "name", add)
	}
}

// source is where the files of a volume come from: the field of the volume, the kind, and the field of its name.
type source struct{ field, kind, name string }

func sources(secretName string) []source {
	return []source{{"configMap", "ConfigMap", "name"}, {"secret", "Secret", secretName}}
}

// inSource adds what a volume, or a part of a projected one, takes its files from.
func (p *Pod) inSource(at tree.Path, secretName string, add addMention) {
	for _, s := range sources(secretName) {
		source := at.Of(s.field)
		if tree.Object(p.Object, source...) == nil {
			continue
		}
		add(s.kind, source, s.name, nil)
		for n := range tree.List(p.Object, source.Of("items")...) {
			add(s.kind, source, s.name, source.Of("items", n, "key"))
		}
	}
}

func (p *Pod) inContainer(c Container, add addMention) {
	for n, m := range tree.List(c.Body, "volumeMounts") {
		if tree.Text(m, "subPath") != "" {
			p.inMount(c.Path.Of("volumeMounts", n, "subPath"), tree.Text(m, "name"), add)
		}
	}
	for n := range tree.List(c.Body, "envFrom") {
		for field, kind := range map[string]string{"configMapRef": "ConfigMap", "secretRef": "Secret"} {
			if ref := c.Path.Of("envFrom", n, field); tree.Object(p.Object, ref...) != nil {
				add(kind, ref, "name", nil)
			}
		}
	}
	for n := range tree.List(c.Body, "env") {
		for field, kind := range map[string]string{"configMapKeyRef": "ConfigMap", "secretKeyRef": "Secret"} {
			if ref := c.Path.Of("env", n, "valueFrom", field); tree.Object(p.Object, ref...) != nil {
				add(kind, ref, "name", nil)
				add(kind, ref, "name", ref.Of("key"))
			}
		}
	}
}

// inMount adds the key that the path in a volume means, where the volume has all keys of an object for files.
func (p *Pod) inMount(subPath tree.Path, volume string, add addMention) {
	for n, v := range tree.List(p.Body, "spec", "volumes") {
		at := p.Root.Of("spec", "volumes", n)
		if tree.Text(v, "name") != volume {
			continue
		}
		for _, s := range sources("secretName") {
			if source := tree.Object(v, s.field); source != nil && source["items"] == nil {
				add(s.kind, at.Of(s.field), s.name, subPath)
			}
		}
	}
}
