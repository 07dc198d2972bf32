// Package faults is copied by the program hook into the package of a server, under that package's name. The hooks at the entries of
// its functions call it. It does nothing by itself: scripts/lab/target/hooks.ts writes the table from outside, through /proc/PID/mem.
package faults

import (
	"bytes"
	"errors"
	"math"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// The same numbers are in operators.ts.
const (
	faultOff = iota
	faultCount
	faultSkip
	faultError
	faultFailAfter
	faultCompute
	faultSleep
	faultRepeat
	faultEndless
	faultSerialize
)

// What a hook does: let the function go on, return from it at once, or run its body by calls of the function itself.
const (
	faultGoOn = iota
	faultReturn
	faultBody
)

// The number of hooks; hook writes it.
const faultHooks = 1

// As `struct slot` in native/faults.c, where entry, err and lock are of use.
type faultSlot struct {
	entry           uint64
	operator, every uint32
	calls, hits     uint64
	amount          int64
	err, lock       uint32
	callers         [2]uint64
}

// A goroutine that runs a body from a hook. Calls of the function that it makes meanwhile are not faulty.
type faultRun struct {
	left   int64
	began  bool
	locked bool
}

var (
	faultTable [faultHooks]faultSlot
	errFault   = errors.New("internal failure")
	// By the number of the goroutine.
	faultRuns sync.Map
	faultLock sync.Mutex
	faultSink uint64
)

//go:noinline
func faultDecide(k int) int {
	slot := &faultTable[k]
	operator := atomic.LoadUint32(&slot.operator)
	var self uint64
	if operator == faultFailAfter || operator >= faultRepeat {
		self = faultGoroutine()
		if _, running := faultRuns.Load(self); running {
			return faultGoOn
		}
	}
	number := atomic.AddUint64(&slot.calls, 1)
	faultNoteCaller(slot)
	if operator <= faultCount || slot.every > 1 && number%uint64(slot.every) != 0 {
		return faultGoOn
	}
	atomic.AddUint64(&slot.hits, 1)
	run := &faultRun{left: 1}
	switch operator {
	case faultSkip, faultError:
		return faultReturn
	case faultCompute:
		faultComputeFor(time.Duration(slot.amount))
		return faultGoOn
	case faultSleep:
		time.Sleep(time.Duration(slot.amount))
		return faultGoOn
	case faultRepeat:
		run.left = slot.amount
	case faultEndless:
		run.left = math.MaxInt64
	case faultSerialize:
		run.locked = true
		faultLock.Lock()
		time.Sleep(time.Duration(slot.amount))
	}
	faultRuns.Store(self, run)
	return faultBody
}

// Whether to run the body, for the first time or again: not again when the fault was taken out.
//
//go:noinline
func faultRound(k int) bool {
	self := faultGoroutine()
	value, _ := faultRuns.Load(self)
	run := value.(*faultRun)
	if run.left > 0 && (!run.began || atomic.LoadUint32(&faultTable[k].operator) > faultCount) {
		run.left--
		run.began = true
		return true
	}
	faultRuns.Delete(self)
	if run.locked {
		faultLock.Unlock()
	}
	return false
}

// The error with which a function returns at once: none where it is skipped.
func faultAtOnce(k int) error {
	if atomic.LoadUint32(&faultTable[k].operator) == faultError {
		return errFault
	}
	return nil
}

// The error with which it returns after its work.
func faultAfter(k int, err error) error {
	if atomic.LoadUint32(&faultTable[k].operator) == faultFailAfter {
		return errFault
	}
	return err
}

func faultNoteCaller(slot *faultSlot) {
	if atomic.LoadUint64(&slot.callers[1]) != 0 {
		return
	}
	// Of faultDecide, the function, and its caller: return addresses.
	var pcs [2]uintptr
	if runtime.Callers(3, pcs[:]) < 2 {
		return
	}
	caller := uint64(pcs[1])
	if !atomic.CompareAndSwapUint64(&slot.callers[0], 0, caller) && atomic.LoadUint64(&slot.callers[0]) != caller {
		atomic.CompareAndSwapUint64(&slot.callers[1], 0, caller)
	}
}

// Computes for so long on a processor: time in which the thread was off it (a step of more than 50 us) is not counted.
func faultComputeFor(left time.Duration) {
	for last := time.Now(); left > 0; {
		for i := uint64(0); i < 2000; i++ {
			faultSink += i * i
		}
		now := time.Now()
		if step := now.Sub(last); step < 50*time.Microsecond {
			left -= step
		}
		last = now
	}
}

// Go tells it nowhere else than in the first line of a trace: "goroutine 7 [running]:".
func faultGoroutine() uint64 {
	var text [32]byte
	line := text[:runtime.Stack(text[:], false)]
	number, _ := strconv.ParseUint(string(bytes.Fields(line)[1]), 10, 64)
	return number
}
