package spell

import "testing"

func TestNearestSuggestsWhatAPersonMeant(t *testing.T) {
	for name, tc := range map[string]struct {
		in         string
		candidates []string
		want       string
	}{
		"a letter is missing":            {"restor", []string{"restore", "backup"}, "restore"},
		"two letters are swapped":        {"deplyo", []string{"deploy", "destroy"}, "deploy"},
		"the case is wrong":              {"Memory", []string{"memory"}, "memory"},
		"only the beginning is right":    {"retry", []string{"retries", "tasks"}, "retries"},
		"nothing is like it":             {"zzz", []string{"memory", "deploy"}, ""},
		"a short name is not guessed at": {"ab", []string{"xy"}, ""},
		"no candidates":                  {"x", nil, ""},
		"the name itself is no guess":    {"tls", []string{"tls"}, ""},
		"the first of equals":            {"tist", []string{"test", "list"}, "list"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Nearest(tc.in, tc.candidates); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
