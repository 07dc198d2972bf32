// What test/lab/hooks.test.ts puts faults into. Every 2 ms two goroutines call work; a line tells what it gave.
package main

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

var bodies int64

type server struct{ base int }

//go:noinline
func (s *server) work(a int, rest ...int) (sum int, err error) {
	atomic.AddInt64(&bodies, 1)
	if a < 0 {
		return 0, errors.New("negative")
	}
	for _, r := range rest {
		a += r
	}
	return s.base + a, nil
}

// Inlined: gets no hook.
func small(a int) int { return a + 1 }

//go:noinline
func generic[T any](x T) T { return x }

//go:noinline
func quiet(_ int) {
	atomic.AddInt64(&bodies, 0)
}

//go:noinline
func (s server) caller(who string) {
	atomic.StoreInt64(&bodies, 0)
	from := time.Now()
	got, err := s.work(small(1), 3, 4)
	ms := float64(time.Since(from).Microseconds()) / 1000
	quiet(generic(got))
	failed := 0
	if err != nil {
		failed = 1
	}
	fmt.Fprintf(os.Stdout, "%s %d %d %d %.3f\n", who, got, failed, atomic.LoadInt64(&bodies), ms)
}

func main() {
	loop := func(who string) {
		for {
			server{base: 100}.caller(who)
			time.Sleep(2 * time.Millisecond)
		}
	}
	go loop("other")
	loop("main")
}
