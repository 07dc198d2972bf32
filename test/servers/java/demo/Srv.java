package demo;

import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.concurrent.*;
import java.util.function.Supplier;

/** A server of lines: PUT key value, GET key, LIST. Its argument is the folder that it keeps values in. */
public final class Srv {
    static final class Store {
        private final Path dir;
        Store(Path dir) { this.dir = dir; }
        synchronized void put(String key, String value) throws IOException {
            try (OutputStream out = new FileOutputStream(dir.resolve(key).toFile())) { out.write(value.getBytes()); }
        }
        String get(String key) throws IOException {
            File f = dir.resolve(key).toFile();
            if (!f.exists()) return "";
            try (InputStream in = new FileInputStream(f)) { return new String(in.readAllBytes()); }
        }
        int count() { String[] names = dir.toFile().list(); return names == null ? 0 : names.length; }
    }

    static final class Handler implements Runnable {
        private final Socket socket; private final Store store;
        Handler(Socket socket, Store store) { this.socket = socket; this.store = store; }
        @Override public void run() {
            try (Socket s = socket) {
                BufferedReader in = new BufferedReader(new InputStreamReader(s.getInputStream()));
                OutputStream out = s.getOutputStream();
                for (String line; (line = in.readLine()) != null; ) out.write((dispatch(line.split(" ")) + "\n").getBytes());
            } catch (IOException e) { /* the client went away */ }
        }
        private String dispatch(String[] words) throws IOException {
            switch (words[0]) {
                case "PUT": store.put(words[1], words[2]); return "ok";
                case "GET": return store.get(words[1]);
                case "LIST": return counted(() -> store.count());
                default: return "?";
            }
        }
        private static String counted(Supplier<Integer> what) { return String.valueOf(what.get()); }
    }

    public static void main(String[] args) throws IOException {
        Store store = new Store(Path.of(args[0]));
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println("127.0.0.1:" + listener.getLocalPort());
            while (true) pool.execute(new Handler(listener.accept(), store));
        }
    }
}
