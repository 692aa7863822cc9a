// EXPECT pass
//
// Parts of the JDK that are used for the first time late: with their classes
// come constants, tables and caches, which stay and do not grow.

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.NumberFormat;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Currency;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import javax.xml.parsers.DocumentBuilderFactory;

final class LazyClasses {
  private static final AtomicInteger REQUESTS = new AtomicInteger();

  private LazyClasses() {}

  private static String xml() throws Exception {
    byte[] text = "<a><b c='d'/></a>".getBytes(StandardCharsets.UTF_8);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(text))
        .getDocumentElement()
        .getTagName();
  }

  private static String money(int amount) {
    NumberFormat format = NumberFormat.getCurrencyInstance(Locale.GERMANY);
    format.setCurrency(Currency.getInstance("EUR"));
    return format.format(amount);
  }

  private static String date(int day) {
    return LocalDate.ofEpochDay(day)
        .format(
            DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL)
                .withLocale(Locale.FRANCE));
  }

  private static String words(int count) {
    return IntStream.range(0, count)
        .mapToObj(Integer::toHexString)
        .filter(Pattern.compile("[a-f]|1\\d").asMatchPredicate())
        .collect(Collectors.joining(","));
  }

  private static int zipped(String text) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.size();
  }

  /** The more requests there were, the more of the JDK is used. */
  private static String work(int request) throws Exception {
    String text = "request " + request;
    if (request > 30) {
      text += words(request % 40) + date(request);
    }
    if (request > 250) {
      text += xml() + money(request) + zipped(text);
    }
    return text;
  }

  public static void main(String[] words) throws Exception {
    Service.options(words);
    Service.serve(
        exchange -> {
          try {
            Service.answer(exchange, work(REQUESTS.incrementAndGet()));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
