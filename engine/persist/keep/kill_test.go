package keep

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// child is the variable that makes the test binary keep a path and end.
const child = "LETHE_KEEP_CHILD"

func TestMain(m *testing.M) {
	text := os.Getenv(child)
	if text == "" {
		os.Exit(m.Run())
	}
	var p Place
	err := json.Unmarshal([]byte(text), &p)
	var plan Plan
	if err == nil {
		plan, err = PlanKeep(context.Background(), p, "/srv/a")
	}
	if err == nil {
		fmt.Println("planned")
		_, err = Keep(context.Background(), p, plan, nil)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// TestAKillLeavesNothingThatIsBelievedSafe kills the process at many moments. What is declared must be whole in the persist tree, what is at
// its place must be whole, and the next call must succeed and leave nothing beside it.
func TestAKillLeavesNothingThatIsBelievedSafe(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	declared, killed := 0, 0
	for range 12 {
		w := newWorld(t)
		for i := range 120 {
			w.write(fmt.Sprintf("/srv/a/%d/file", i), strings.Repeat("x", 5000))
		}
		place, err := json.Marshal(w.Place)
		w.good(err)
		run := exec.Command(os.Args[0])
		run.Env = append(os.Environ(), child+"="+string(place))
		out, err := run.StdoutPipe()
		w.good(err)
		w.good(run.Start())
		_, _ = out.Read(make([]byte, 8))
		time.Sleep(time.Duration(random.IntN(120)) * time.Millisecond)
		_ = run.Process.Kill()
		if err := run.Wait(); err != nil {
			killed++
		}
		want := factsOf(t, w.Root+"/srv/a")
		_, missing := os.Lstat(w.Persist + "/srv/a")
		if missing == nil {
			if diff := cmp.Diff(want, factsOf(t, w.Persist+"/srv/a")); diff != "" {
				t.Errorf("what is at its place is not whole:\n%s", diff)
			}
		}
		if w.data() != emptyList {
			declared++
			if missing != nil {
				t.Errorf("declared, and not there: %v", missing)
			}
			w.sync()
		} else {
			w.keep("/srv/a")
		}
		if diff := cmp.Diff(want, factsOf(t, w.Persist+"/srv/a")); diff != "" {
			t.Errorf("after the next call:\n%s", diff)
		}
		w.tidy()
	}
	t.Logf("%d were killed, %d had declared", killed, declared)
	if killed == 0 {
		t.Error("nothing was killed; the moments are too late")
	}
}
