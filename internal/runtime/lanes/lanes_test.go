package lanes

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

func TestWhoIsSlowStallsOnlyOthersThatAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(2)
		hang := func(name string) (end func()) {
			leave := l.Enter(t.Context(), types.NamespacedName{Name: name})
			if leave == nil {
				t.Fatalf("%s has no place", name)
			}
			return leave
		}
		var ends []func()
		for i := range 4 { // as many as the slow lane has places
			ends = append(ends, hang(fmt.Sprint("slow", i)))
			time.Sleep(patience + time.Millisecond)
		}
		begin := time.Now()
		hang("quick")()
		if took := time.Since(begin); took > 0 {
			t.Errorf("it waited for %s behind those that are slow", took)
		}
		for _, end := range ends {
			end()
		}
		ends = nil
		for i := range 4 { // now they are known, and begin in their lane
			ends = append(ends, hang(fmt.Sprint("slow", i)))
		}
		hang("quick")()
		l.known[types.NamespacedName{Name: "slow4"}] = true
		if l.Enter(t.Context(), types.NamespacedName{Name: "slow4"}) != nil {
			t.Error("there is a fifth place in the slow lane")
		}
		for _, end := range ends {
			end()
		}
		if len(l.known) != 1 {
			t.Errorf("who was fast again is still slow: %v", l.known)
		}
		if len(l.fast)+len(l.slow) != 0 {
			t.Errorf("%d and %d places are not free again", len(l.fast), len(l.slow))
		}
	})
}
