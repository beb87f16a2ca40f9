package party;

import java.io.FileInputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.TreeSet;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Spring Security, as published: an application whose people sign in by OpenID Connect, and a browser that does. */
@SpringBootApplication
@RestController
public class Client {
  @Autowired private ObjectProvider<RestClient> services;

  @Bean
  SecurityFilterChain chain(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
    var left = new OidcClientInitiatedLogoutSuccessHandler(clients);
    left.setPostLogoutRedirectUri("https://app.example/bye");
    return http.authorizeHttpRequests(all -> all.anyRequest().authenticated())
        .oauth2Login(login -> login.failureHandler((request, answer, error) -> answer.getWriter().print("failed: " + error)))
        .logout(logout -> logout.logoutRequestMatcher(request -> request.getRequestURI().equals("/leave")).logoutSuccessHandler(left))
        .build();
  }

  /** Calls services with the token of whoever is signed in. */
  @Bean
  RestClient toServices(OAuth2AuthorizedClientManager manager) {
    var interceptor = new OAuth2ClientHttpRequestInterceptor(manager);
    interceptor.setClientRegistrationIdResolver(request -> "vestibule");
    return RestClient.builder().baseUrl(System.getenv("ORDERS")).requestInterceptor(interceptor).build();
  }

  @GetMapping("/me")
  String me(@AuthenticationPrincipal OidcUser user, @RegisteredOAuth2AuthorizedClient OAuth2AuthorizedClient client) {
    return String.join(
        "\n",
        "person " + user.getEmail() + " " + user.getEmailVerified(),
        "id token " + user.getIdToken().getAudience() + " " + (user.getIdToken().getNonce() != null),
        "scopes " + new TreeSet<>(client.getAccessToken().getScopes()),
        "called " + services.getObject().get().uri("/list").retrieve().body(String.class),
        "refresh " + (client.getRefreshToken() != null));
  }

  public static void main(String[] arguments) throws Exception {
    trust(System.getenv("SSL_CERT_FILE"));
    var application = new SpringApplication(Client.class);
    var registration = "spring.security.oauth2.client.registration.vestibule.";
    application.setDefaultProperties(
        Map.of(
            "server.port", "0",
            "server.address", "127.0.0.1",
            "spring.main.banner-mode", "off",
            "logging.level.root", "OFF",
            registration + "client-id", "spring",
            registration + "client-authentication-method", "none",
            registration + "scope", "openid,email,orders.read",
            "spring.security.oauth2.client.provider.vestibule.issuer-uri", System.getenv("ISSUER")));
    try (var context = (ServletWebServerApplicationContext) application.run()) {
      var page = URI.create("http://127.0.0.1:" + context.getWebServer().getPort() + "/me");
      var browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
      System.out.println(opened(browser, page));
      System.out.println("left " + opened(browser, page.resolve("/leave")));
    }
  }

  /** What a browser shows in the end, or the address of somebody else where it ends. */
  static String opened(HttpClient browser, URI page) throws Exception {
    for (int step = 0; step < 10; step++) {
      if (page.toString().startsWith(System.getenv("ISSUER"))) {
        page = URI.create(led(page));
      }
      if (!page.getHost().equals("127.0.0.1")) {
        return page.toString();
      }
      var request = HttpRequest.newBuilder(page).header("Accept", "text/html").build();
      var answer = browser.send(request, HttpResponse.BodyHandlers.ofString());
      var location = answer.headers().firstValue("location");
      if (location.isEmpty()) {
        return answer.statusCode() + "\n" + answer.body();
      }
      page = page.resolve(location.get());
    }
    return "in circles at " + page;
  }

  /** Where a person ends who is led to the provider. */
  static String led(URI page) throws Exception {
    var asked = System.getenv("PERSON") + "/walk?url=" + URLEncoder.encode(page.toString(), StandardCharsets.UTF_8);
    var request = HttpRequest.newBuilder(URI.create(asked)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  static void trust(String path) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    try (var file = new FileInputStream(path)) {
      store.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    SSLContext.setDefault(context);
    HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
  }
}
