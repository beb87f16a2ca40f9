// golang.org/x/oauth2, as published: a server with people in front of it, a machine, and a device.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	return value
}

func read(client *http.Client, address string) map[string]any {
	answer := must(client.Get(address))
	defer answer.Body.Close()
	var value map[string]any
	body := must(io.ReadAll(answer.Body))
	if err := json.Unmarshal(body, &value); err != nil {
		fmt.Println("no JSON:", answer.Status, string(body))
		os.Exit(1)
	}
	return value
}

func main() {
	ctx := context.Background()
	issuer, secret := os.Getenv("ISSUER"), os.Getenv("SECRET")
	server := read(http.DefaultClient, issuer+"/.well-known/oauth-authorization-server")
	endpoint := oauth2.Endpoint{
		AuthURL:       server["authorization_endpoint"].(string),
		TokenURL:      server["token_endpoint"].(string),
		DeviceAuthURL: server["device_authorization_endpoint"].(string),
	}

	app := oauth2.Config{
		ClientID: "shop", ClientSecret: secret, Endpoint: endpoint,
		RedirectURL: "https://app.example/callback", Scopes: []string{"openid", "email"},
	}
	verifier := oauth2.GenerateVerifier()
	address := app.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier))
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer := must(browser.Get(address))
	landed := must(url.Parse(answer.Header.Get("Location")))
	fmt.Println("state", landed.Query().Get("state") == "the state")
	token := must(app.Exchange(ctx, landed.Query().Get("code"), oauth2.VerifierOption(verifier)))
	fmt.Println("code", token.Type(), token.Extra("scope"))
	person := read(app.Client(ctx, token), server["userinfo_endpoint"].(string))
	fmt.Println("userinfo", person["email"])

	old := token.RefreshToken
	next := must(app.TokenSource(ctx, &oauth2.Token{RefreshToken: old}).Token())
	fmt.Println("refresh", next.RefreshToken != old, next.AccessToken != token.AccessToken)

	machine := clientcredentials.Config{
		ClientID: "batch", ClientSecret: secret, TokenURL: endpoint.TokenURL, Scopes: []string{"orders.read"},
	}
	token = must(machine.Token(ctx))
	fmt.Println("machine", token.Type(), token.Extra("scope"))

	tv := oauth2.Config{ClientID: "cli", Endpoint: endpoint, Scopes: []string{"openid"}}
	device := must(tv.DeviceAuth(ctx))
	fmt.Println("device", device.VerificationURI == issuer+"/auth/device", device.Interval)
	allowed := must(http.Get(issuer + "/test/allow?user_code=" + url.QueryEscape(device.UserCode)))
	fmt.Println("allowed", allowed.StatusCode)
	device.Interval = 1
	token = must(tv.DeviceAccessToken(ctx, device))
	fmt.Println("tokens", token.Type(), token.Extra("id_token") != nil)
}
