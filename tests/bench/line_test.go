package main

import (
	"io"
	"net"
	"testing"
	"time"
)

// The line's own measure of what it carries must agree with what it is set to.
func TestLineCarriesItsRate(t *testing.T) {
	for _, r := range []route{{"http", 0, 50, false}, {"http", 20 * time.Millisecond, 200, false}} {
		mbps, err := carried(r)
		if err != nil {
			t.Fatal(err)
		}
		if mbps < 0.9*r.Mbps || mbps > 1.1*r.Mbps {
			t.Errorf("%v carries %.0f Mbit/s", r, mbps)
		}
	}
}

func TestLineTakesARoundTripAndOneToConnect(t *testing.T) {
	echo, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	go func() {
		client, err := echo.Accept()
		if err == nil {
			io.Copy(client, client)
		}
	}()
	const rtt = 40 * time.Millisecond
	l, err := openLine(echo.Addr().String(), route{Scheme: "http", RTT: rtt})
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	client, err := net.Dial("tcp", l.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, want := range []time.Duration{2 * rtt, rtt} {
		begin := time.Now()
		client.Write([]byte("?"))
		if _, err := io.ReadFull(client, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took < want-time.Millisecond || took > want+rtt/2 {
			t.Errorf("a byte came back after %v, want %v", took, want)
		}
	}
	if all, most := l.callers.seen(); all != 1 || most != 1 || l.up.seen().bytes != 2 {
		t.Errorf("counted %d connections, %d at once, %+v", all, most, l.up.seen())
	}
}
