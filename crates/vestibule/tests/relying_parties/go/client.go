// golang.org/x/oauth2, as published: a server with people in front of it; or, asked for it, a command line ("device") or a
// program that calls for itself ("machine").
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/oauth2"
)

func must[T any](value T, err error) T {
	if err != nil {
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) {
			fmt.Println("refused", refused.ErrorCode)
		} else {
			fmt.Println("failed:", err)
		}
		os.Exit(1)
	}
	return value
}

func text(client *http.Client, address string) (int, string) {
	answer := must(client.Get(address))
	defer answer.Body.Close()
	return answer.StatusCode, string(must(io.ReadAll(answer.Body)))
}

func read(client *http.Client, address string) map[string]any {
	status, body := text(client, address)
	var value map[string]any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		fmt.Println("no JSON:", status, body)
		os.Exit(1)
	}
	return value
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "machine" {
		machine()
		return
	}
	server := read(http.DefaultClient, os.Getenv("ISSUER")+"/.well-known/oauth-authorization-server")
	endpoint := oauth2.Endpoint{
		AuthURL:       server["authorization_endpoint"].(string),
		TokenURL:      server["token_endpoint"].(string),
		DeviceAuthURL: server["device_authorization_endpoint"].(string),
	}
	if len(os.Args) > 1 && os.Args[1] == "device" {
		device(endpoint)
		return
	}
	ctx := context.Background()
	app := oauth2.Config{
		ClientID: "shop", ClientSecret: os.Getenv("SECRET"), Endpoint: endpoint,
		RedirectURL: "https://app.example/callback", Scopes: []string{"openid", "email", "orders.read"},
	}
	verifier := oauth2.GenerateVerifier()
	address := app.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier))
	_, left := text(http.DefaultClient, os.Getenv("PERSON")+"/walk?url="+url.QueryEscape(address))
	landed := must(url.Parse(left))
	fmt.Println("state", landed.Query().Get("state") == "the state")
	token := must(app.Exchange(ctx, landed.Query().Get("code"), oauth2.VerifierOption(verifier)))
	fmt.Println("code", token.Type(), token.Extra("scope"))
	person := read(app.Client(ctx, token), server["userinfo_endpoint"].(string))
	fmt.Println("userinfo", person["email"])
	status, _ := text(app.Client(ctx, token), os.Getenv("ORDERS")+"/list")
	fmt.Println("called", status)

	old := token.RefreshToken
	next := must(app.TokenSource(ctx, &oauth2.Token{RefreshToken: old}).Token())
	fmt.Println("refresh", next.RefreshToken != old, next.AccessToken != token.AccessToken)
}

// Shows its code, waits until a person has entered it, and then does what it reads from its standard input, a word a
// line, until that ends.
func device(endpoint oauth2.Endpoint) {
	ctx := context.Background()
	tool := oauth2.Config{ClientID: "cli", Endpoint: endpoint, Scopes: []string{"openid", "offline_access", "orders.read"}}
	shown := must(tool.DeviceAuth(ctx))
	fmt.Println("open", shown.VerificationURI)
	fmt.Println("type", shown.UserCode)
	fmt.Println("every", shown.Interval)
	token := must(tool.DeviceAccessToken(ctx, shown))
	fmt.Println("signed in", token.Type(), token.Extra("scope"))
	words := bufio.NewScanner(os.Stdin)
	for words.Scan() {
		switch words.Text() {
		case "call":
			// With the token that it has, and no other.
			held := oauth2.NewClient(ctx, oauth2.StaticTokenSource(token))
			status, body := text(held, os.Getenv("ORDERS")+"/list")
			if status != http.StatusOK {
				body = ""
			}
			fmt.Println("called", status, body)
		case "refresh":
			next := must(tool.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token())
			fmt.Println("refreshed", next.RefreshToken != token.RefreshToken)
			token = next
		}
	}
}
