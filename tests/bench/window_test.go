package main

import (
	"testing"
	"time"
)

func TestSlowStartDoublesEachRoundTrip(t *testing.T) {
	now, rtt := time.Now(), 10*time.Millisecond
	w := newWindow(true)
	for _, want := range []int{windowFirst, 2 * windowFirst, 4 * windowFirst, 8 * windowFirst} {
		room, _ := w.room(now)
		if room != want {
			t.Fatalf("%d bytes may be sent, want %d", room, want)
		}
		w.send(room, now.Add(rtt))
		if room, wait := w.room(now); room != 0 || wait != now.Add(rtt) {
			t.Fatalf("%d more, or wait until %v", room, wait)
		}
		now = now.Add(rtt)
	}
}

func TestWindowStopsGrowing(t *testing.T) {
	now, w := time.Now(), newWindow(false)
	w.send(windowMax, now)
	if room, _ := w.room(now); room != windowMax {
		t.Errorf("%d bytes may be sent, want %d", room, windowMax)
	}
}
