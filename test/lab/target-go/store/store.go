// Package store is what the program of main.go works with: faults are in functions of any hooked package.
package store

import (
	"errors"
	"sync/atomic"
)

// Bodies is how often Work has worked.
var Bodies int64

type Server struct{ Base int }

//go:noinline
func (s *Server) Work(a int, rest ...int) (sum int, err error) {
	atomic.AddInt64(&Bodies, 1)
	if a < 0 {
		return 0, errors.New("negative")
	}
	for _, r := range rest {
		a += r
	}
	return s.Base + a, nil
}

// Inlined, as Small is: main has one of this name that is not.
func quiet() {}

// Small gets no hook.
func Small(a int) int {
	quiet()
	return a + 1
}
