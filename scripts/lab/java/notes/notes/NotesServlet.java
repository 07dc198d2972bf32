package notes;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The web application of servers/tomcat.ts: notes in files. {@code /NAME} is one, {@code /} lists them, {@code /visit} counts. */
public final class NotesServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  private transient Path folder;

  @Override
  public void init() throws ServletException {
    folder = Path.of(getInitParameter("folder"));
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String name = nameOf(request);
    if (name.isEmpty()) list(response);
    else if (name.equals("visit")) visit(request, response);
    else read(name, response);
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
    String name = nameOf(request);
    if (name.isEmpty()) {
      response.sendError(HttpServletResponse.SC_BAD_REQUEST, "a note has a name");
      return;
    }
    response.setContentType("text/plain");
    response.getWriter().println(name + ": " + write(name, request) + " bytes");
  }

  private static String nameOf(HttpServletRequest request) {
    String path = request.getPathInfo();
    return path == null ? "" : path.substring(1).replaceAll("[^\\w.-]", "_");
  }

  private void list(HttpServletResponse response) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*.txt")) {
      for (Path note : notes) lines.add(line(note));
    }
    lines.sort(null);
    response.setContentType("text/plain");
    PrintWriter out = response.getWriter();
    for (String line : lines) out.println(line);
  }

  private static String line(Path note) throws IOException {
    return note.getFileName() + " " + Files.size(note) + " " + Files.getLastModifiedTime(note);
  }

  private void read(String name, HttpServletResponse response) throws IOException {
    byte[] text;
    try {
      text = Files.readAllBytes(folder.resolve(name + ".txt"));
    } catch (NoSuchFileException none) {
      response.sendError(HttpServletResponse.SC_NOT_FOUND, name);
      return;
    }
    response.setContentType("text/plain");
    response.setContentLength(text.length);
    response.getOutputStream().write(text);
  }

  /** Whoever reads sees the note as it was before, or whole. */
  private long write(String name, HttpServletRequest request) throws IOException {
    Path draft = Files.createTempFile(folder, name, ".draft");
    try (InputStream in = request.getInputStream()) {
      Files.copy(in, draft, StandardCopyOption.REPLACE_EXISTING);
    }
    long size = Files.size(draft);
    Files.move(draft, folder.resolve(name + ".txt"), StandardCopyOption.ATOMIC_MOVE);
    return size;
  }

  private static void visit(HttpServletRequest request, HttpServletResponse response) throws IOException {
    HttpSession session = request.getSession(true);
    Integer before = (Integer) session.getAttribute("visits");
    int visits = before == null ? 1 : before + 1;
    session.setAttribute("visits", visits);
    response.setContentType("text/plain");
    response.getWriter().println("visit " + visits);
  }
}
