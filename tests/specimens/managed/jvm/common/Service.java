import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** What the specimens have in common: options, and the JDK's HTTP server. */
final class Service {
  private static boolean guilty;
  private static int port;

  private Service() {}

  /** Reads "--guilty", "--innocent" and "--port=N". */
  static void options(String[] words) {
    for (String word : words) {
      if (word.equals("--guilty")) {
        guilty = true;
      } else if (word.startsWith("--port=")) {
        port = Integer.parseInt(word.substring("--port=".length()));
      } else if (!word.equals("--innocent")) {
        throw new IllegalArgumentException(word);
      }
    }
  }

  static boolean guilty() {
    return guilty;
  }

  /** Answers all requests by a pool of four threads. */
  static void serve(HttpHandler handler) throws IOException {
    serve(handler, Executors.newFixedThreadPool(4));
  }

  static void serve(HttpHandler handler, Executor executor) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", handler);
    server.setExecutor(executor);
    server.start();
  }

  static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
