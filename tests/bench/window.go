package main

import "time"

// What TCP lets travel on one connection before the other side has confirmed
// some of it: at most what Linux takes with its usual net.ipv4.tcp_rmem, and
// with a slow start ten segments at first.
const (
	windowMax   = 3 << 20
	windowFirst = 10 * 1460
)

// window is how much one direction of a connection may send.
type window struct {
	size    int
	flying  int // sent and not confirmed
	flights []flight
}

type flight struct {
	bytes     int
	confirmed time.Time
}

func newWindow(slowStart bool) *window {
	if slowStart {
		return &window{size: windowFirst}
	}
	return &window{size: windowMax}
}

// room is how much may be sent now; where that is nothing, when to ask again.
func (w *window) room(now time.Time) (bytes int, wait time.Time) {
	for len(w.flights) > 0 && !w.flights[0].confirmed.After(now) {
		w.flying -= w.flights[0].bytes
		w.size = min(windowMax, w.size+w.flights[0].bytes)
		w.flights = w.flights[1:]
	}
	if w.flying >= w.size {
		return 0, w.flights[0].confirmed
	}
	return w.size - w.flying, time.Time{}
}

func (w *window) send(bytes int, confirmed time.Time) {
	w.flying += bytes
	w.flights = append(w.flights, flight{bytes, confirmed})
}
