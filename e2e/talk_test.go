package e2e

import "testing"

// TestTalk is the talk: from an empty cluster to systems that are deployed, backed up, restored, upgraded, scaled, broken and
// removed. The three tracks share nothing but the node and the controller, which is killed in one of them.
func TestTalk(t *testing.T) {
	c := boot(t)
	c.lacks(t, forgottenImage)
	var times timetable
	times.scene(t, "install", func(t *testing.T) { install(t, c) })
	if t.Failed() {
		return
	}
	t.Run("tracks", func(t *testing.T) {
		t.Run("messages", func(t *testing.T) {
			t.Parallel()
			times.scenes(t, []scene{
				{"zookeeper", func(t *testing.T) { deployZooKeeper(t, c) }},
				{"kafka", func(t *testing.T) { deployKafka(t, c) }},
				{"scale", func(t *testing.T) { scaleZooKeeper(t, c) }},
			})
		})
		t.Run("database", func(t *testing.T) {
			t.Parallel()
			times.scenes(t, []scene{
				{"mysql", func(t *testing.T) { deployMySQL(t, c) }},
				{"backup", func(t *testing.T) { backUpAndRestore(t, c) }},
				{"missing file", func(t *testing.T) { restoreMissing(t, c) }},
				{"crash", func(t *testing.T) { killController(t, c) }},
				{"upgrade", func(t *testing.T) { upgradeMySQL(t, c) }},
				{"schedule", func(t *testing.T) { scheduleBackups(t, c) }},
			})
		})
		t.Run("alone", func(t *testing.T) {
			t.Parallel()
			times.scenes(t, []scene{
				{"image", func(t *testing.T) { recoverFromMissingImage(t, c) }},
				{"tls", func(t *testing.T) { encrypt(t, c) }},
			})
		})
	})
	if !t.Failed() {
		times.scenes(t, []scene{
			{"deletion", func(t *testing.T) { deleteAll(t, c) }},
			{"return", func(t *testing.T) { comeBack(t, c) }},
		})
	}
	times.log(t)
}
