package runtime

// SetupAt is Setup with a clock.
var SetupAt = setup
