package main

import (
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// fakeStore is an S3 server that has keys and nothing behind them. It believes
// every signature, and forgets what is sent to it.
type fakeStore struct {
	keys     keyspace
	address  string
	server   http.Server
	requests atomic.Int64
}

const pageMost = 1000 // S3's own limit

func startFakeStore(keys keyspace) (*fakeStore, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &fakeStore{keys: keys, address: listener.Addr().String()}
	f.server.Handler = f
	go f.server.Serve(listener)
	return f, nil
}

func (f *fakeStore) stop() { f.server.Close() }

func (f *fakeStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.requests.Add(1)
	io.Copy(io.Discard, r.Body)
	switch {
	case r.Method == http.MethodPut:
	case r.URL.Query().Get("list-type") == "2":
		f.list(w, r)
	default:
		answer(w, http.StatusNotFound, storeError{Code: "NoSuchKey", Message: "The specified key does not exist."})
	}
}

// Source: docs.aws.amazon.com AmazonS3/latest/API/API_ListObjectsV2.html
type listing struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name                  string
	Prefix                string
	KeyCount, MaxKeys     int
	IsTruncated           bool
	NextContinuationToken string `xml:",omitempty"`
	Contents              []object
}

type object struct {
	Key, LastModified, ETag string
	Size                    int
	StorageClass            string
}

type storeError struct {
	XMLName       xml.Name `xml:"Error"`
	Code, Message string
}

func (f *fakeStore) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	after := max(query.Get("start-after"), query.Get("continuation-token"))
	most, err := strconv.Atoi(query.Get("max-keys"))
	if err != nil || most > pageMost {
		most = pageMost
	}
	page := listing{Name: strings.Trim(r.URL.Path, "/"), Prefix: query.Get("prefix"), MaxKeys: most}
	keys, more := f.keys.page(page.Prefix, after, most)
	page.KeyCount, page.IsTruncated = len(keys), more
	for _, key := range keys {
		page.Contents = append(page.Contents, object{Key: key, LastModified: "2026-01-02T03:04:05.000Z",
			ETag: `"d41d8cd98f00b204e9800998ecf8427e"`, StorageClass: "STANDARD"})
	}
	if more {
		page.NextContinuationToken = keys[len(keys)-1]
	}
	answer(w, http.StatusOK, page)
}

func answer(w http.ResponseWriter, status int, document any) {
	text, err := xml.Marshal(document)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	io.WriteString(w, xml.Header)
	w.Write(text)
}
