// What test/lab/hooks.test.ts puts faults into. Every 2 ms two goroutines call Work; a line tells what it gave.
package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"target/store"
	"time"
)

type server struct{ of store.Server }

//go:noinline
func generic[T any](x T) T { return x }

//go:noinline
func quiet(_ int) {
	atomic.AddInt64(&store.Bodies, 0)
}

//go:noinline
func (s server) caller(who string) {
	atomic.StoreInt64(&store.Bodies, 0)
	from := time.Now()
	got, err := s.of.Work(store.Small(1), 3, 4)
	ms := float64(time.Since(from).Microseconds()) / 1000
	quiet(generic(got))
	failed := 0
	if err != nil {
		failed = 1
	}
	fmt.Fprintf(os.Stdout, "%s %d %d %d %.3f\n", who, got, failed, atomic.LoadInt64(&store.Bodies), ms)
}

func main() {
	loop := func(who string) {
		for {
			server{store.Server{Base: 100}}.caller(who)
			time.Sleep(2 * time.Millisecond)
		}
	}
	go loop("other")
	loop("main")
}
