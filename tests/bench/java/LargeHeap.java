// A heap of small objects, as services have them, for dumps: so many MB as
// the first argument says, about as many as the dump will have.
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;

public class LargeHeap {
  static class Session {
    final long number;
    final String name;
    final byte[] buffer;
    final LinkedList<Integer> history = new LinkedList<>();
    final Room room;
    boolean open = true;

    Session(int number, Room room) {
      this.number = number;
      this.name = "session " + number;
      this.buffer = new byte[16 + number % 32];
      this.room = room;
      for (int i = 0; i < 3; i++) history.add(number + 1000 + i);
    }
  }

  static class Room {
    final String name;
    final List<Session> members = new ArrayList<>();

    Room(int number) {
      name = "room " + number;
    }
  }

  static final Map<String, Room> rooms = new HashMap<>();
  static final Map<Integer, Session> sessions = new HashMap<>();

  // What a session, with what it has, takes of the dump.
  static final int BYTES = 600;
  static final int MEMBERS = 20;

  public static void main(String[] arguments) throws Exception {
    final long wanted = Long.parseLong(arguments[0]) * 1_000_000;
    Room room = null;
    for (int i = 0; i < wanted / BYTES; i++) {
      if (i % MEMBERS == 0) {
        room = new Room(i);
        rooms.put(room.name, room);
      }
      final Session session = new Session(i, room);
      room.members.add(session);
      sessions.put(i, session);
    }
    System.out.println("ready");
    System.out.flush();
    System.in.read();
  }
}
