// Calls each form of a method through the address that it is given, and says what came.
package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Messages are the bytes that they are.
type plain struct{}

func (plain) Name() string                  { return "plain" }
func (plain) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (plain) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

var connection *grpc.ClientConn

func within(limit time.Duration) context.Context {
	limited, _ := context.WithTimeout(context.Background(), limit)
	return limited
}

func unary(limited context.Context, method string, request []byte, options ...grpc.CallOption) ([]byte, error) {
	var answer []byte
	err := connection.Invoke(limited, method, &request, &answer, append(options, grpc.ForceCodec(plain{}))...)
	return answer, err
}

func open(method string, client, server bool) grpc.ClientStream {
	form := &grpc.StreamDesc{ClientStreams: client, ServerStreams: server}
	stream, err := connection.NewStream(context.Background(), form, method, grpc.ForceCodec(plain{}))
	must(err)
	return stream
}

func send(stream grpc.ClientStream, text string) {
	message := []byte(text)
	must(stream.SendMsg(&message))
}

func next(stream grpc.ClientStream) (string, error) {
	var answer []byte
	err := stream.RecvMsg(&answer)
	return string(answer), err
}

func rest(stream grpc.ClientStream) (answers []string) {
	for {
		answer, err := next(stream)
		if err == io.EOF {
			return answers
		}
		must(err)
		answers = append(answers, answer)
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func ended(what string, err error) {
	fmt.Println(what, int(status.Code(err)), status.Convert(err).Message())
}

func truth(is bool) string {
	return map[bool]string{true: "True", false: "False"}[is]
}

func main() {
	var err error
	connection, err = grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	var first, last metadata.MD
	asked := metadata.AppendToOutgoingContext(within(20*time.Second), "x-asked", "yes")
	answer, err := unary(asked, "/shop.Echo/Unary", bytes.Repeat([]byte("a"), 300000), grpc.Header(&first), grpc.Trailer(&last))
	must(err)
	fmt.Println("unary", len(answer))
	fmt.Println("metadata", first["x-first"][0], last["x-last"][0], hex.EncodeToString([]byte(last["x-bytes-bin"][0])))
	stream := open("/shop.Echo/Answers", false, true)
	send(stream, "3")
	must(stream.CloseSend())
	fmt.Println("answers", strings.Join(rest(stream), " "))
	stream = open("/shop.Echo/Asked", true, false)
	for _, text := range []string{"a", "b", "c"} {
		send(stream, text)
	}
	must(stream.CloseSend())
	text, err := next(stream)
	must(err)
	fmt.Println("asked", text)
	// The next request goes out only when the answer to the one before has come.
	stream = open("/shop.Echo/Both", true, true)
	var came []string
	for _, text := range []string{"a", "b", "c"} {
		send(stream, text)
		answer, err := next(stream)
		must(err)
		came = append(came, answer)
	}
	must(stream.CloseSend())
	fmt.Println("both", strings.Join(append(came, rest(stream)...), " "))
	fmt.Print("left")
	for _, limit := range []struct{ own, told int }{{1, 1100}, {60, 2000}, {0, 2000}} {
		limited := context.Background()
		if limit.own > 0 {
			limited = within(time.Duration(limit.own) * time.Second)
		}
		answer, err := unary(limited, "/shop.Echo/Left", nil)
		must(err)
		left, err := strconv.Atoi(string(answer))
		must(err)
		fmt.Print(" ", truth(0 < left && left <= limit.told))
	}
	fmt.Println()
	_, err = unary(within(20*time.Second), "/shop.Echo/Fail", nil)
	ended("fail", err)
	// The house and the service both end it at that moment.
	_, err = unary(context.Background(), "/shop.Echo/Slow", nil)
	fmt.Println("slow", int(status.Code(err)))
	_, err = unary(within(20*time.Second), "/shop.Other/Unary", nil)
	ended("unknown", err)
	_, err = unary(within(20*time.Second), "/shop.Locked/Unary", nil)
	ended("locked", err)
	_, err = unary(within(20*time.Second), "/shop.Echo/Unary", bytes.Repeat([]byte("a"), 2000000))
	ended("large", err)
	stream = open("/shop.Echo/Stops", false, true)
	send(stream, "")
	must(stream.CloseSend())
	text, err = next(stream)
	must(err)
	fmt.Println("stops", text)
	_, err = next(stream)
	ended("stops", err)
}
