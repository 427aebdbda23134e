package main

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// route is a way to the server.
type route struct {
	Scheme    string        `json:"scheme"`
	RTT       time.Duration `json:"rtt_ns"`
	Mbps      float64       `json:"mbps"`
	SlowStart bool          `json:"slow_start,omitempty"`
}

func (r route) String() string {
	words := []string{r.Scheme, r.RTT.String()}
	if r.Mbps > 0 {
		words = append(words, fmt.Sprintf("%g Mbit/s", r.Mbps))
	}
	if r.SlowStart {
		words = append(words, "slow start")
	}
	return strings.Join(words, " ")
}

// pace is a round-trip time with a rate, RTT@MBPS on the command line.
type pace struct {
	rtt  time.Duration
	mbps float64
}

func parsePace(text string) (p pace, err error) {
	rtt, mbps, found := strings.Cut(text, "@")
	if !found {
		return p, fmt.Errorf("%q is not RTT@MBPS", text)
	}
	if p.rtt, err = time.ParseDuration(rtt); err != nil {
		return p, err
	}
	p.mbps, err = parseRate(mbps)
	return p, err
}

// line carries TCP connections to a server as if it were far away. Bytes
// arrive half a round trip after they have passed the bottleneck, whose rate
// all connections share, each direction for itself. Only so much waits there
// as a router holds; then senders wait. A connection has a window as TCP has,
// and its first bytes leave a round trip after it was opened, as after TCP's
// handshake. Nothing is lost.
type line struct {
	route
	listener net.Listener
	server   string
	up, down lane
	callers  callers
}

// lane is one direction.
type lane struct {
	nsPerByte float64
	mutex     sync.Mutex
	free      time.Time // when the bottleneck has sent all that came so far
	traffic   traffic
}

type packet struct {
	buffer  *[packetMax]byte
	size    int
	arrival time.Time
}

const (
	packetMax  = 64 << 10
	packetsMax = 4096 // on their way in one direction of a connection
	queueMax   = 10 * time.Millisecond
)

// buffers are those that carry nothing. They stay, since a pool that is emptied
// whenever garbage is collected makes the kernel clear their pages again, at
// the cost of what is measured.
var buffers = make(chan *[packetMax]byte, 1024)

func takeBuffer() *[packetMax]byte {
	select {
	case b := <-buffers:
		return b
	default:
		return new([packetMax]byte)
	}
}

func leaveBuffer(b *[packetMax]byte) {
	select {
	case buffers <- b:
	default:
	}
}

func openLine(server string, r route) (*line, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &line{route: r, listener: listener, server: server}
	l.up.nsPerByte, l.down.nsPerByte = nsPerByte(r.Mbps), nsPerByte(r.Mbps)
	go l.accept()
	return l, nil
}

func nsPerByte(mbps float64) float64 {
	if mbps == 0 {
		return 0
	}
	return 8e3 / mbps
}

func (l *line) endpoint() string { return l.Scheme + "://" + l.listener.Addr().String() }

func (l *line) close() { l.listener.Close() }

func (l *line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.carry(client.(*net.TCPConn), time.Now().Add(l.RTT))
	}
}

func (l *line) carry(client *net.TCPConn, open time.Time) {
	l.callers.come()
	defer l.callers.leave()
	defer client.Close()
	dialled, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	server := dialled.(*net.TCPConn)
	defer server.Close()
	var both sync.WaitGroup
	both.Add(2)
	go func() { defer both.Done(); l.send(&l.up, server, client, open) }()
	go func() { defer both.Done(); l.send(&l.down, client, server, open) }()
	both.Wait()
}

// send moves all bytes of one direction of a connection.
func (l *line) send(lane *lane, to, from *net.TCPConn, open time.Time) {
	packets := make(chan packet, packetsMax)
	go func() {
		defer close(packets)
		l.receive(lane, from, open, packets)
	}()
	if err := lane.deliver(to, packets); err != nil {
		from.CloseRead()
	}
	for p := range packets { // what nobody takes any longer
		lane.arrive(p.size)
	}
	to.CloseWrite()
}

// deliver writes each packet when it arrives.
func (l *lane) deliver(to *net.TCPConn, packets <-chan packet) error {
	alarm, err := newAlarm()
	if err != nil {
		return err
	}
	defer alarm.close()
	for p := range packets {
		if err := alarm.sleepUntil(p.arrival); err != nil {
			return err
		}
		l.arrive(p.size)
		if _, err := to.Write(p.buffer[:p.size]); err != nil {
			return err
		}
		leaveBuffer(p.buffer)
	}
	return nil
}

// receive reads until the end and gives every packet its time of arrival.
func (l *line) receive(lane *lane, from *net.TCPConn, open time.Time, packets chan<- packet) {
	alarm, err := newAlarm()
	if err != nil {
		return
	}
	defer alarm.close()
	window := newWindow(l.SlowStart)
	for {
		room, err := lane.admit(window, alarm)
		if err != nil {
			return
		}
		buffer := takeBuffer()
		n, err := from.Read(buffer[:min(room, packetMax)])
		if err != nil {
			return
		}
		left := lane.pass(n)
		if left.Before(open) {
			left = open
		}
		window.send(n, left.Add(l.RTT))
		packets <- packet{buffer, n, left.Add(l.RTT / 2)}
	}
}

// admit waits until the window and the queue at the bottleneck have room, and
// says how much the window has.
func (l *lane) admit(w *window, alarm alarm) (int, error) {
	for {
		room, wait := w.room(time.Now())
		if queued := l.queued(); room > 0 {
			if queued <= queueMax {
				return room, nil
			}
			wait = time.Now().Add(queued - queueMax)
		}
		if err := alarm.sleepUntil(wait); err != nil {
			return 0, err
		}
	}
}

func (l *lane) queued() time.Duration {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return time.Until(l.free)
}

// pass says when n more bytes have left the bottleneck.
func (l *lane) pass(n int) time.Time {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(n) * l.nsPerByte))
	l.traffic.leave(n)
	return l.free
}

func (l *lane) arrive(n int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.traffic.arrive(n, time.Now())
}

// seen is a copy of what was counted so far.
func (l *lane) seen() traffic {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.traffic
}
