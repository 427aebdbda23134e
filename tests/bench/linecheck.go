package main

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// What the line carries is measured with so many connections for so long.
const (
	checkConnections = 8
	checkTime        = 400 * time.Millisecond
)

// carried says how many Mbit/s this machine's line really brings down, since a
// fast one may be more than its processors can copy.
func carried(r route) (float64, error) {
	source, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer source.Close()
	go pour(source)
	l, err := openLine(source.Addr().String(), r)
	if err != nil {
		return 0, err
	}
	defer l.close()
	return drink(l.listener.Addr().String(), 3*r.RTT)
}

// pour sends zeros to whoever comes.
func pour(source net.Listener) {
	zeros := make([]byte, packetMax)
	for {
		client, err := source.Accept()
		if err != nil {
			return
		}
		go func() {
			defer client.Close()
			for err := error(nil); err == nil; {
				_, err = client.Write(zeros)
			}
		}()
	}
}

// drink reads on many connections, and counts after the given time.
func drink(address string, after time.Duration) (float64, error) {
	var got atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, checkConnections)
	end := time.Now().Add(after + checkTime)
	for i := range errs {
		all.Add(1)
		go func() {
			defer all.Done()
			errs[i] = drinkOne(address, end, &got)
		}()
	}
	time.Sleep(after)
	before := got.Load()
	time.Sleep(time.Until(end))
	count := got.Load() - before
	all.Wait()
	return float64(count) * 8 / 1e6 / checkTime.Seconds(), errors.Join(errs...)
}

func drinkOne(address string, until time.Time, got *atomic.Int64) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	cup := make([]byte, 4*packetMax)
	for time.Now().Before(until) {
		n, err := connection.Read(cup)
		if err != nil {
			return err
		}
		got.Add(int64(n))
	}
	return nil
}
