// A heap whose numbers are known: sessions in rooms, in a thread's locals and
// on a stack; classes with every type of field; arrays of every type.
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class Rooms {
  static class Session {
    final int number;
    final long opened = 1;
    final byte[] buffer = new byte[100];
    final String name;

    Session(int number) {
      this.number = number;
      this.name = "session " + number;
    }
  }

  static class Base {
    boolean flag = true;
    Object held = new long[3];
  }

  static class Derived extends Base {
    byte small = 1;
    short half = 2;
    char letter = 'c';
    double wide = 4;
    float narrow = 5;
    Object other = new int[2][3];
  }

  static class MoreDerived extends Derived {
    int count = 1;
    boolean[] flags = new boolean[5];
  }

  static final List<Session> members = new ArrayList<>();
  static final Map<Integer, Session> byNumber = new HashMap<>();
  static final List<Base> shapes = new ArrayList<>();
  static final ThreadLocal<List<Session>> mine = new ThreadLocal<>();

  public static void main(String[] arguments) throws Exception {
    for (int i = 0; i < 1000; i++) {
      final Session session = new Session(i);
      if (i % 2 == 0)
        members.add(session);
      else
        byNumber.put(i, session);
    }
    for (int i = 0; i < 50; i++) {
      shapes.add(new Base());
      shapes.add(new Derived());
      shapes.add(new MoreDerived());
    }
    mine.set(new ArrayList<>(List.of(new Session(1000))));
    final Object[] onStack = {new Session(1001), new char[7], new float[3]};
    System.out.println("ready");
    System.out.flush();
    System.in.read();
    System.out.println(onStack.length);
  }
}
