package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMemoryIsGivenBackOnceAfterABurstOfWork(t *testing.T) {
	freed := 0
	w := workload{free: func() { freed++ }}
	var got []int
	for _, allocated := range []uint64{50 << 20, 90 << 20, 91 << 20, 92 << 20, 140 << 20, 141 << 20} {
		w.look(allocated)
		got = append(got, freed)
	}
	if diff := cmp.Diff([]int{0, 0, 1, 1, 1, 2}, got); diff != "" {
		t.Errorf("times that memory was given back (-want +got):\n%s", diff)
	}
	if before := allocated(); before == 0 || allocated() < before {
		t.Error("what was allocated is not counted")
	}
}
