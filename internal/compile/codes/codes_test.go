package codes

import "testing"

func TestEveryCodeIsExplained(t *testing.T) {
	for i, c := range Table {
		if c.Title == "" || len(c.Text) < 40 {
			t.Errorf("%s has no text", c.Code)
		}
		if c.Group == "" {
			t.Errorf("%s is in no group", c.Code)
		}
		if i > 0 && c.Code <= Table[i-1].Code {
			t.Errorf("%s is out of order", c.Code)
		}
	}
	if _, ok := Find("KD104"); !ok {
		t.Error("KD104 is not in the table")
	}
}
