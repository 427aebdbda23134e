module gocache-s3/tests/bench

go 1.24
