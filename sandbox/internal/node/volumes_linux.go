package node

import (
	"fmt"
	"os"

	"github.com/fsnotify/fsnotify"
)

// openVolumes lets every user write into each volume that appears. The
// controller manager makes volumes for root alone, and the kubelet does not
// hand volumes of this kind to the group that a pod asks for. It is done long
// before the pod starts that waits for the volume.
func openVolumes(dir string) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch the volumes: %w", err)
	}
	if err := watcher.Add(dir); err != nil {
		return fmt.Errorf("watch the volumes: %w", err)
	}
	go func() {
		for event := range watcher.Events {
			if !event.Has(fsnotify.Create) {
				continue
			}
			if err := os.Chmod(event.Name, 0o777); err != nil && !os.IsNotExist(err) {
				fmt.Fprintf(os.Stderr, "sandbox: volume %s: %v\n", event.Name, err)
			}
		}
	}()
	return nil
}
