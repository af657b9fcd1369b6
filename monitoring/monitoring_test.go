// Package monitoring holds a dashboard and alerts about the controller, and the tests of what they ask for.
package monitoring

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/yaml"

	_ "github.com/kudoc/kudoc/internal/runtime" // registers its metrics
)

// described is how a registry describes a metric: the name, and the labels that vary.
var described = regexp.MustCompile(`fqName: "([^"]+)".*variableLabels: \{([^}]*)\}`)

// registered are the metrics of the controller, each with its labels.
func registered(t *testing.T) map[string][]string {
	t.Helper()
	descs := make(chan *prometheus.Desc)
	go func() {
		metrics.Registry.(prometheus.Collector).Describe(descs)
		close(descs)
	}()
	out := map[string][]string{}
	for d := range descs {
		m := described.FindStringSubmatch(d.String())
		if m == nil {
			t.Fatalf("cannot read %s", d)
		}
		out[m[1]] = strings.Split(m[2], ",")
	}
	return out
}

// target are the labels that Prometheus adds to whatever it scrapes.
var target = []string{"job", "instance", "le"}

// check parses an expression and finds metrics and labels that the controller does not have. The parser accepts what Prometheus
// does, and some functions more.
func check(t *testing.T, where, expr string, known map[string][]string) (names []string) {
	t.Helper()
	parsed, err := metricsql.Parse(strings.ReplaceAll(expr, "$__rate_interval", "5m"))
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return nil
	}
	var labels, grouped []string
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		switch e := e.(type) {
		case *metricsql.MetricExpr:
			for _, f := range slices.Concat(e.LabelFilterss...) {
				if f.Label == "__name__" {
					names = append(names, f.Value)
				} else {
					labels = append(labels, f.Label)
				}
			}
		case *metricsql.AggrFuncExpr:
			grouped = append(grouped, e.Modifier.Args...)
		}
	})
	has := slices.Clone(target)
	for _, name := range names {
		base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
		l, ok := known[name]
		if !ok {
			l, ok = known[base]
		}
		if !ok {
			t.Errorf("%s: the controller has no metric %s", where, name)
		}
		has = append(has, l...)
	}
	for _, l := range slices.Concat(labels, grouped) {
		if !slices.Contains(has, l) {
			t.Errorf("%s: %v have no label %q", where, names, l)
		}
	}
	return names
}

type rule struct {
	Alert, Expr, For    string
	Labels, Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	data, err := os.ReadFile("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Metadata   map[string]any `json:"metadata"`
		Spec       struct {
			Groups []struct {
				Name  string `json:"name"`
				Rules []rule `json:"rules"`
			} `json:"groups"`
		} `json:"spec"`
	}
	if err := yaml.UnmarshalStrict(data, &file); err != nil {
		t.Fatal(err)
	}
	var out []rule
	for _, g := range file.Spec.Groups {
		out = append(out, g.Rules...)
	}
	if len(out) < 8 {
		t.Fatalf("only %d rules were found", len(out))
	}
	return out
}

func TestTheRulesAskForMetricsThatTheControllerHas(t *testing.T) {
	known := registered(t)
	for _, r := range rules(t) {
		if r.Alert == "" || len(check(t, r.Alert, r.Expr, known)) == 0 {
			t.Errorf("%+v asks for nothing", r)
		}
		if r.Labels["severity"] == "" || r.Annotations["summary"] == "" {
			t.Errorf("%s has no severity or no summary", r.Alert)
		}
	}
}

// A runbook says what to do, with commands that exist.
func TestTheRunbooksNameCommandsThatExist(t *testing.T) {
	files, err := filepath.Glob("../cmd/kudoc/*.go")
	if err != nil {
		t.Fatal(err)
	}
	verbs := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`Use: +"(\w+)`).FindAllStringSubmatch(string(text), -1) {
			verbs[m[1]] = true
		}
	}
	for _, r := range rules(t) {
		runbook := r.Annotations["runbook"]
		if !strings.Contains(runbook, "`ku") {
			t.Errorf("%s names no command", r.Alert)
		}
		for _, m := range regexp.MustCompile("`kudoc (\\w+)").FindAllStringSubmatch(runbook, -1) {
			if !verbs[m[1]] {
				t.Errorf("%s: there is no kudoc %s; there are %v", r.Alert, m[1], slices.Sorted(maps.Keys(verbs)))
			}
		}
	}
}

func TestTheDashboardAsksForMetricsThatTheControllerHas(t *testing.T) {
	data, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	type source struct{ UID string }
	var board struct {
		Title, UID string
		Panels     []struct {
			ID          int
			Title, Type string
			Datasource  source
			Targets     []struct {
				Expr       string
				Datasource source
			}
		}
	}
	if err := json.Unmarshal(data, &board); err != nil {
		t.Fatal(err)
	}
	if board.Title == "" || board.UID == "" || !strings.Contains(string(data), `"type": "datasource"`) {
		t.Error("it cannot be provisioned: it needs a title, a uid and a variable for the data source")
	}
	known, shown, ids := registered(t), map[string]bool{}, map[int]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("panel %q has the id of another one", p.Title)
		}
		ids[p.ID] = true
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			if target.Datasource.UID != "${datasource}" {
				t.Errorf("panel %q does not use the variable for the data source", p.Title)
			}
			for _, name := range check(t, p.Title, target.Expr, known) {
				shown[regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")] = true
			}
		}
	}
	for name := range known {
		if strings.HasPrefix(name, "kudoc_") && !shown[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
}

func TestThePageListsEveryMetricAndEveryAlert(t *testing.T) {
	page, err := os.ReadFile("../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules(t) {
		if !strings.Contains(string(page), "`"+r.Alert+"`") {
			t.Errorf("docs/monitoring.md does not list %s", r.Alert)
		}
	}
	for name, labels := range registered(t) {
		if !strings.HasPrefix(name, "kudoc_") {
			continue
		}
		row := regexp.MustCompile("(?m)^\\|.*`" + name + "`.*$").FindString(string(page))
		for _, l := range append(labels, name) {
			if !strings.Contains(row, l) {
				t.Errorf("docs/monitoring.md does not list %s with label %s", name, l)
			}
		}
	}
}
