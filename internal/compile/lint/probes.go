package lint

import (
	"fmt"

	"github.com/kudoc/kudoc/api/v1alpha1"
	"github.com/kudoc/kudoc/internal/compile/lint/tree"
)

var startRules = []Rule{
	{Code: "KD625", Title: "the first pod waits for the others", Warning: true, check: quorumProbes,
		Text: "The pods of a StatefulSet are made one after the other, each when the one before is ready. Its readinessProbe asks for the state of the whole: a leader, a quorum, a healthy cluster. The first pod never has that, so that the others are never made. Ask the server for its own state, or set podManagementPolicy: \"Parallel\"."},
	{Code: "KD626", Title: "a Job is tried again and again", Warning: true, check: backoff,
		Text: "A Job with a backoffLimit this high and without activeDeadlineSeconds fails only after hours, because every try waits longer than the one before. A failed step can be retried, and says why: let the Job fail after a few tries, and give the step retries."},
}

func quorumProbes(w *world, report reporter) {
	for _, p := range w.pods {
		replicas, _ := tree.At(p.object, "spec", "replicas").(int64)
		if !p.is("apps", "StatefulSet") || replicas < 2 || tree.Text(p.object, "spec", "podManagementPolicy") == "Parallel" {
			continue
		}
		for _, c := range p.Containers() {
			if word := c.AsksForCluster(); word != "" {
				f := report(p.item, c.Path.Of("readinessProbe"), "", fmt.Sprintf("the readinessProbe asks for %q, which the first of %d pods waits for alone", word, replicas))
				f.hint = `ask for the server's own state, or set podManagementPolicy: "Parallel"`
			}
		}
	}
}

// maxBackoff takes about an hour: a try waits up to six minutes.
const maxBackoff = 15

func backoff(w *world, report reporter) {
	for _, i := range w.made {
		tries, ok := tree.At(i.object, "spec", "backoffLimit").(int64)
		if i.kind == v1alpha1.TaskDelete || !i.is("batch", "Job") || !ok || tries <= maxBackoff || tree.At(i.object, "spec", "activeDeadlineSeconds") != nil {
			continue
		}
		f := report(i, path{"spec", "backoffLimit"}, "", fmt.Sprintf("the Job may be tried %d times, and nothing says for how long", tries+1))
		f.hint = "set activeDeadlineSeconds, or a lower limit and retries for the step"
	}
}
