package party;

import java.io.FileInputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import java.util.TreeSet;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Spring Security, as published: an application whose people sign in by OpenID Connect, and a browser that does. */
@SpringBootApplication
@RestController
public class Client {
  @Bean
  SecurityFilterChain chain(HttpSecurity http) throws Exception {
    return http.authorizeHttpRequests(all -> all.anyRequest().authenticated())
        .oauth2Login(login -> login.failureHandler((request, answer, error) -> answer.getWriter().print("failed: " + error)))
        .build();
  }

  @GetMapping("/me")
  String me(@AuthenticationPrincipal OidcUser user, @RegisteredOAuth2AuthorizedClient OAuth2AuthorizedClient client) {
    return String.join(
        "\n",
        "person " + user.getEmail() + " " + user.getEmailVerified(),
        "id token " + user.getIdToken().getAudience() + " " + (user.getIdToken().getNonce() != null),
        "scopes " + new TreeSet<>(client.getAccessToken().getScopes()),
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
            registration + "scope", "openid,email",
            "spring.security.oauth2.client.provider.vestibule.issuer-uri", System.getenv("ISSUER")));
    try (var context = (ServletWebServerApplicationContext) application.run()) {
      var page = URI.create("http://127.0.0.1:" + context.getWebServer().getPort() + "/me");
      System.out.println(opened(page));
    }
  }

  /** What a browser shows in the end. */
  static String opened(URI page) throws Exception {
    var browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    for (int step = 0; step < 10; step++) {
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
