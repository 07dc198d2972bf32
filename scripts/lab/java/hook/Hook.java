import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.CodeSizeEvaluator;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Writes hooks into the methods of a server's own packages: jars go in, jars come out, and a list of the methods that got hooks.
 *
 * <p>{@code java Hook OUT PACKAGES JAR...}: OUT/JAR, OUT/methods.json (for target/java.ts) and OUT/slots.txt (for lab.Faults). Packages
 * are separated by commas.
 */
public final class Hook {
  /** A method that is no larger is inlined by the JVM wherever it is hot (MaxInlineSize), and stays as it is. */
  private static final int ALWAYS_INLINED = 35;
  /** A method that is larger is never compiled (HugeMethodLimit is 8000): no hook may make it so. */
  private static final int LARGEST = 7800;

  private final Path out;
  private final List<String> packages;
  private final List<String> methods = new ArrayList<>();
  private final List<String> slots = new ArrayList<>();
  private int methodsInAll;

  private Hook(Path out, List<String> packages) {
    this.out = out;
    this.packages = packages;
  }

  public static void main(String[] arguments) throws IOException {
    Hook hook = new Hook(Path.of(arguments[0]), List.of(arguments[1].split(",")));
    Files.createDirectories(hook.out);
    for (String jar : List.of(arguments).subList(2, arguments.length)) hook.jar(Path.of(jar));
    hook.writeLists();
    System.out.println(hook.slots.size() + " methods of " + hook.methodsInAll + " have hooks");
  }

  private void jar(Path path) throws IOException {
    try (JarFile in = new JarFile(path.toFile());
        JarOutputStream to = new JarOutputStream(Files.newOutputStream(out.resolve(path.getFileName())))) {
      for (Enumeration<JarEntry> entries = in.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        byte[] bytes;
        try (InputStream stream = in.getInputStream(entry)) {
          bytes = stream.readAllBytes();
        }
        to.putNextEntry(new ZipEntry(entry.getName()));
        to.write(isOwn(entry.getName()) ? hooked(bytes) : bytes);
        to.closeEntry();
      }
    }
  }

  private boolean isOwn(String entry) {
    String name = entry.replace('/', '.');
    return name.endsWith(".class") && packages.stream().anyMatch(p -> name.startsWith(p + "."));
  }

  private byte[] hooked(byte[] bytes) {
    ClassNode node = new ClassNode();
    new ClassReader(bytes).accept(node, ClassReader.EXPAND_FRAMES);
    boolean changed = false;
    for (MethodNode method : node.methods) {
      if (method.instructions.size() == 0) continue;
      methodsInAll++;
      int size = size(method);
      if (!canBeHooked(method) || size <= ALWAYS_INLINED || size > LARGEST) continue;
      Entry entry = new Entry(node, method, slots.size());
      method.instructions.insert(entry.instructions());
      method.tryCatchBlocks.add(0, entry.handler());
      note(node, method, size, entry.failure());
      changed = true;
    }
    if (!changed) return bytes;
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    node.accept(writer);
    return writer.toByteArray();
  }

  /** Not constructors, which cannot be called once more; nor what the compiler made, lambdas' bodies aside. */
  private static boolean canBeHooked(MethodNode method) {
    boolean synthetic = (method.access & (Opcodes.ACC_SYNTHETIC | Opcodes.ACC_BRIDGE)) != 0;
    return !method.name.startsWith("<")
        && !(method.name.equals("main") && method.desc.equals("([Ljava/lang/String;)V"))
        && (!synthetic || method.name.startsWith("lambda$"));
  }

  private static int size(MethodNode method) {
    CodeSizeEvaluator evaluator = new CodeSizeEvaluator(null);
    method.accept(evaluator);
    return evaluator.getMaxSize();
  }

  private void note(ClassNode node, MethodNode method, int size, String failure) {
    String owner = node.name.replace('/', '.');
    List<String> types = new ArrayList<>();
    for (Type type : Type.getArgumentTypes(method.desc)) types.add(type.getClassName());
    // As HotSpot writes it into a map for perf.
    String symbol =
        Type.getReturnType(method.desc).getClassName()
            + ' ' + owner + '.' + method.name + '(' + String.join(", ", types) + ')';
    methods.add(
        "{\"symbol\":\"" + symbol + "\",\"size\":" + size + ",\"throws\":\"" + failure.replace('/', '.') + "\"}");
    slots.add(owner + ' ' + method.name + method.desc);
  }

  private void writeLists() throws IOException {
    Files.write(out.resolve("slots.txt"), slots);
    String json =
        "{\"packages\":[\"" + String.join("\",\"", packages) + "\"],\"methodsInAll\":" + methodsInAll
            + ",\"methods\":[\n" + String.join(",\n", methods) + "\n]}\n";
    Files.writeString(out.resolve("methods.json"), json);
  }
}
