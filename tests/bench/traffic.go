package main

import (
	"sync"
	"time"
)

// The rate of a lane is looked at over spans of this length.
const rateSpan = 100 * time.Millisecond

// traffic counts what passes in one direction. Its owner holds a lock.
type traffic struct {
	bytes              int64
	flying, mostFlying int64 // have been sent and have not arrived
	span               int64 // number of the span of time that is being counted
	inSpan, mostInSpan int64
}

func (t *traffic) leave(n int) {
	t.bytes += int64(n)
	t.flying += int64(n)
	t.mostFlying = max(t.mostFlying, t.flying)
}

func (t *traffic) arrive(n int, when time.Time) {
	t.flying -= int64(n)
	if span := when.UnixNano() / int64(rateSpan); span != t.span {
		t.span, t.inSpan = span, 0
	}
	t.inSpan += int64(n)
	t.mostInSpan = max(t.mostInSpan, t.inSpan)
}

// mbps is the rate of the span in which most arrived.
func (t *traffic) mbps() float64 {
	return float64(t.mostInSpan) * 8 / 1e6 / rateSpan.Seconds()
}

// callers counts connections.
type callers struct {
	mutex           sync.Mutex
	all, open, most int64
}

func (c *callers) come() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.all++
	c.open++
	c.most = max(c.most, c.open)
}

func (c *callers) leave() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.open--
}

// seen gives all that came, and the most at one time.
func (c *callers) seen() (all, most int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.all, c.most
}
