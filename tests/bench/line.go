package main

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// route is a way to the server.
type route struct {
	Scheme string        `json:"scheme"`
	RTT    time.Duration `json:"rtt_ns"`
	Mbps   float64       `json:"mbps"`
}

func (r route) String() string {
	if r.Mbps == 0 {
		return fmt.Sprintf("%s %v", r.Scheme, r.RTT)
	}
	return fmt.Sprintf("%s %v %g Mbit/s", r.Scheme, r.RTT, r.Mbps)
}

// line carries TCP connections to a server as if it were far away. Bytes
// arrive half a round trip after they have passed the bottleneck, whose rate
// all connections share, each direction for itself. A connection's first
// bytes leave a round trip after it was opened, as after TCP's handshake.
// There is no slow start and no loss.
type line struct {
	route
	listener    net.Listener
	server      string
	up, down    lane
	connections atomic.Int64
}

// lane is one direction.
type lane struct {
	nsPerByte float64
	bytes     atomic.Int64
	mutex     sync.Mutex
	free      time.Time // when the bottleneck has sent all that came so far
}

type packet struct {
	buffer  *[packetMax]byte
	size    int
	arrival time.Time
}

const (
	packetMax = 64 << 10
	inFlight  = 128 // packets of one connection and direction
)

var buffers = sync.Pool{New: func() any { return new([packetMax]byte) }}

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
		l.connections.Add(1)
		go l.carry(client.(*net.TCPConn), time.Now().Add(l.RTT))
	}
}

func (l *line) carry(client *net.TCPConn, open time.Time) {
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
	packets := make(chan packet, inFlight)
	go l.receive(lane, from, open, packets)
	if err := deliver(to, packets); err != nil {
		from.CloseRead()
	}
	for range packets { // what nobody takes any longer
	}
	to.CloseWrite()
}

// deliver writes each packet when it arrives.
func deliver(to *net.TCPConn, packets <-chan packet) error {
	alarm, err := newAlarm()
	if err != nil {
		return err
	}
	defer alarm.close()
	for p := range packets {
		if err := alarm.sleepUntil(p.arrival); err != nil {
			return err
		}
		if _, err := to.Write(p.buffer[:p.size]); err != nil {
			return err
		}
		buffers.Put(p.buffer)
	}
	return nil
}

// receive reads until the end and gives every packet its time of arrival.
func (l *line) receive(lane *lane, from *net.TCPConn, open time.Time, packets chan<- packet) {
	defer close(packets)
	for {
		buffer := buffers.Get().(*[packetMax]byte)
		n, err := from.Read(buffer[:])
		if err != nil {
			return
		}
		left := lane.pass(n)
		if left.Before(open) {
			left = open
		}
		packets <- packet{buffer, n, left.Add(l.RTT / 2)}
	}
}

// pass says when n more bytes have left the bottleneck.
func (l *lane) pass(n int) time.Time {
	l.bytes.Add(int64(n))
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(float64(n) * l.nsPerByte))
	return l.free
}
