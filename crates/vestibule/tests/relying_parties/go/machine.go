package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// A program that calls for itself, with a certificate.
func machine() {
	certificate := must(tls.LoadX509KeyPair(os.Getenv("CERTIFICATE"), os.Getenv("KEY")))
	known := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{certificate}},
	}}
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, known)
	door := os.Getenv("DOOR")
	server := read(known, door+"/.well-known/oauth-authorization-server")
	fmt.Println("issuer", server["issuer"] == os.Getenv("ISSUER"))
	app := clientcredentials.Config{
		ClientID: "batch", ClientSecret: os.Getenv("SECRET"), TokenURL: server["token_endpoint"].(string),
		Scopes: []string{"orders.read"}, AuthStyle: oauth2.AuthStyleInHeader,
	}
	token := must(app.Token(ctx))
	fmt.Println("basic", token.Type(), token.Extra("scope"), token.RefreshToken == "")
	// Each of the two gets a token of its own.
	status, body := text(app.Client(ctx), door+"/orders/list")
	fmt.Println("called", status, body)
	sent := must(app.Client(ctx).Post(door+"/orders/list", "text/plain", nil))
	defer sent.Body.Close()
	fmt.Println("sent", sent.StatusCode)
	// The same program without its certificate does not come through the door.
	_, err := http.Get(door + "/.well-known/oauth-authorization-server")
	fmt.Println("without a certificate", err != nil)
}
