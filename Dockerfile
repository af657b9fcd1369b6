# The image of the controller, with the program that scheduled plans call: static programs, nothing else, no root. make image builds it.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/ ./cmd/kudoc-controller ./cmd/kudoc

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/kudoc-controller /out/kudoc /
USER 65532:65532
ENTRYPOINT ["/kudoc-controller"]
