// Package runtime is the slim controller. It knows FrameworkVersions, not CUE.
//
// One reconcile of an Instance is four moves, in files of those names but for the decision, which is a room of its own:
//
//	gather   every read: the Instance, its executions, the pinned version, the objects of the running steps
//	decide   pure: which plans bring the spec about, which execution is next, what plan.Advance says about it
//	record   the statuses are written, with optimistic locks; then events are sent
//	act      objects are applied and deleted
//
// Record comes before act: what an action is about to touch is in the inventory, and the attempt that it belongs to in
// the execution's status, before the first write. Only an execution is made before its target is on record, so that it begins
// in the same move (begin). What act did is seen by the next gather. So a controller that is killed between any two writes goes
// on where it was.
//
// What this process wrote, and what answers told, need not be asked for again (package known).
package runtime
