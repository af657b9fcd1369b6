package progress

import "testing"

func TestLinesThatAreCutSaySo(t *testing.T) {
	for name, tt := range map[string]struct {
		line  string
		width int
		want  string
	}{
		"short":              {"a line", 6, "a line"},
		"long":               {"a line", 5, "a li…\x1b[0m"},
		"colours are free":   {"\x1b[31mred\x1b[0m", 3, "\x1b[31mred\x1b[0m"},
		"cut in colour":      {"\x1b[31mred\x1b[0m!", 2, "\x1b[31mr…\x1b[0m"},
		"wide runes are one": {"├── ✔ ok", 6, "├── ✔…\x1b[0m"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fit(tt.line, tt.width); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
