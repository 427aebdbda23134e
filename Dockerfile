# An image with the program and nothing else, to run or to copy from:
#
#   docker build -t gocache-s3 .
#   COPY --from=gocache-s3 /gocache-s3 /usr/local/bin/
FROM debian:12-slim AS build
# deb-src is not needed: the sources are fetched by name and verified by hash.
RUN apt-get update && apt-get install -y --no-install-recommends \
    ca-certificates curl gcc libc6-dev linux-libc-dev make xz-utils
WORKDIR /src
COPY . .
RUN make

FROM scratch
COPY --from=build /src/gocache-s3 /gocache-s3
ENTRYPOINT ["/gocache-s3"]
