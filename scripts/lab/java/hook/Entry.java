import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.TryCatchBlockNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * The hook at the entry of one method:
 *
 * <pre>
 *   if (Faults.on(slot)) {
 *     switch (Faults.decide(slot)) {
 *       case RETURN: return zero;
 *       case THROW: throw new Failure("internal failure");
 *       case BODY:
 *         try { while (Faults.round(slot)) result = this method(arguments); }
 *         catch (Throwable t) { Faults.end(); throw t; }
 *         if (Faults.failsAfter(slot)) throw new Failure("internal failure");
 *         return result;
 *       default:
 *     }
 *   }
 * </pre>
 */
final class Entry {
  private static final String FAULTS = "lab/Faults";
  private static final String MESSAGE = "internal failure";
  private static final String UNDECLARED = "java/lang/IllegalStateException";
  /** Class files of older versions have no stack maps. */
  private static final int FIRST_WITH_FRAMES = Opcodes.V1_6;

  private final ClassNode owner;
  private final MethodNode method;
  private final int slot;
  private final boolean isStatic;
  private final Type result;
  /** Its local variable: the first behind the arguments, of no use to the body yet. */
  private final int resultAt;
  private final String failure;
  private final LabelNode tryFrom = new LabelNode();
  private final LabelNode tryTo = new LabelNode();
  private final LabelNode caught = new LabelNode();
  private final InsnList list = new InsnList();

  Entry(ClassNode owner, MethodNode method, int slot) {
    this.owner = owner;
    this.method = method;
    this.slot = slot;
    isStatic = (method.access & Opcodes.ACC_STATIC) != 0;
    result = Type.getReturnType(method.desc);
    resultAt = (Type.getArgumentsAndReturnSizes(method.desc) >> 2) - (isStatic ? 1 : 0);
    failure = declaredFailure();
  }

  /** What it throws: the first exception that the method declares and that can be made, or one that need not be declared. */
  String failure() {
    return failure;
  }

  TryCatchBlockNode handler() {
    return new TryCatchBlockNode(tryFrom, tryTo, caught, null);
  }

  InsnList instructions() {
    LabelNode start = new LabelNode();
    LabelNode returns = new LabelNode();
    LabelNode fails = new LabelNode();
    LabelNode runs = new LabelNode();
    askWithSlot("on", "(I)Z");
    list.add(new JumpInsnNode(Opcodes.IFEQ, start));
    askWithSlot("decide", "(I)I");
    list.add(new TableSwitchInsnNode(1, 3, start, returns, fails, runs));
    at(returns, false);
    returnZero();
    at(fails, false);
    fail();
    at(runs, false);
    runBody(fails);
    list.add(start);
    if (!beginsWithFrame()) addFrame(false);
    return list;
  }

  private void runBody(LabelNode fails) {
    LabelNode again = new LabelNode();
    LabelNode done = new LabelNode();
    boolean keeps = result != Type.VOID_TYPE;
    if (keeps) {
      zero();
      list.add(new VarInsnNode(result.getOpcode(Opcodes.ISTORE), resultAt));
    }
    list.add(again);
    // Without a result it is the place `runs`, which has its frame.
    if (keeps) addFrame(true);
    list.add(tryFrom);
    askWithSlot("round", "(I)Z");
    list.add(new JumpInsnNode(Opcodes.IFEQ, done));
    callItself();
    if (keeps) list.add(new VarInsnNode(result.getOpcode(Opcodes.ISTORE), resultAt));
    list.add(tryTo);
    list.add(new JumpInsnNode(Opcodes.GOTO, again));
    at(done, keeps);
    askWithSlot("failsAfter", "(I)Z");
    list.add(new JumpInsnNode(Opcodes.IFNE, fails));
    if (keeps) list.add(new VarInsnNode(result.getOpcode(Opcodes.ILOAD), resultAt));
    list.add(new InsnNode(result.getOpcode(Opcodes.IRETURN)));
    list.add(caught);
    if (hasFrames()) list.add(frame(false, new Object[] {"java/lang/Throwable"}));
    list.add(new MethodInsnNode(Opcodes.INVOKESTATIC, FAULTS, "end", "()V", false));
    list.add(new InsnNode(Opcodes.ATHROW));
  }

  private void askWithSlot(String question, String descriptor) {
    list.add(new LdcInsnNode(slot));
    list.add(new MethodInsnNode(Opcodes.INVOKESTATIC, FAULTS, question, descriptor, false));
  }

  /** invokespecial: this very method, and not one that overrides it. */
  private void callItself() {
    int at = 0;
    if (!isStatic) list.add(new VarInsnNode(Opcodes.ALOAD, at++));
    for (Type type : Type.getArgumentTypes(method.desc)) {
      list.add(new VarInsnNode(type.getOpcode(Opcodes.ILOAD), at));
      at += type.getSize();
    }
    int how = isStatic ? Opcodes.INVOKESTATIC : Opcodes.INVOKESPECIAL;
    boolean isInterface = (owner.access & Opcodes.ACC_INTERFACE) != 0;
    list.add(new MethodInsnNode(how, owner.name, method.name, method.desc, isInterface));
  }

  private void returnZero() {
    if (result != Type.VOID_TYPE) zero();
    list.add(new InsnNode(result.getOpcode(Opcodes.IRETURN)));
  }

  private void zero() {
    int opcode;
    switch (result.getSort()) {
      case Type.LONG:
        opcode = Opcodes.LCONST_0;
        break;
      case Type.FLOAT:
        opcode = Opcodes.FCONST_0;
        break;
      case Type.DOUBLE:
        opcode = Opcodes.DCONST_0;
        break;
      case Type.OBJECT:
      case Type.ARRAY:
        opcode = Opcodes.ACONST_NULL;
        break;
      default:
        opcode = Opcodes.ICONST_0;
    }
    list.add(new InsnNode(opcode));
  }

  private void fail() {
    boolean withText = hasConstructor(failure, "(Ljava/lang/String;)V");
    list.add(new TypeInsnNode(Opcodes.NEW, failure));
    list.add(new InsnNode(Opcodes.DUP));
    if (withText) list.add(new LdcInsnNode(MESSAGE));
    String descriptor = withText ? "(Ljava/lang/String;)V" : "()V";
    list.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, failure, "<init>", descriptor, false));
    list.add(new InsnNode(Opcodes.ATHROW));
  }

  private String declaredFailure() {
    for (String name : method.exceptions)
      if (hasConstructor(name, "(Ljava/lang/String;)V") || hasConstructor(name, "()V")) return name;
    return UNDECLARED;
  }

  /** Whether objects of the class can be made that way from anywhere. Classes are looked for on Hook's own class path. */
  private static boolean hasConstructor(String name, String descriptor) {
    ClassNode node = new ClassNode();
    try (InputStream in = ClassLoader.getSystemResourceAsStream(name + ".class")) {
      if (in == null) return false;
      new ClassReader(in).accept(node, ClassReader.SKIP_CODE);
    } catch (IOException error) {
      return false;
    }
    boolean open = (node.access & Opcodes.ACC_PUBLIC) != 0 && (node.access & Opcodes.ACC_ABSTRACT) == 0;
    return open
        && node.methods.stream()
            .anyMatch(
                m -> m.name.equals("<init>") && m.desc.equals(descriptor) && (m.access & Opcodes.ACC_PUBLIC) != 0);
  }

  private boolean hasFrames() {
    return (owner.version & 0xffff) >= FIRST_WITH_FRAMES;
  }

  /** A place that is jumped to. */
  private void at(LabelNode label, boolean withResult) {
    list.add(label);
    addFrame(withResult);
  }

  private void addFrame(boolean withResult) {
    if (hasFrames()) list.add(frame(withResult, new Object[0]));
  }

  /** At one place there can be one frame only. */
  private boolean beginsWithFrame() {
    AbstractInsnNode node = method.instructions.getFirst();
    while (node != null && node.getOpcode() < 0 && !(node instanceof FrameNode)) node = node.getNext();
    return node instanceof FrameNode;
  }

  /** The arguments, and the result where it is there. */
  private FrameNode frame(boolean withResult, Object[] stack) {
    List<Object> locals = new ArrayList<>();
    if (!isStatic) locals.add(owner.name);
    for (Type type : Type.getArgumentTypes(method.desc)) locals.add(verified(type));
    if (withResult) locals.add(verified(result));
    return new FrameNode(Opcodes.F_NEW, locals.size(), locals.toArray(), stack.length, stack);
  }

  private static Object verified(Type type) {
    switch (type.getSort()) {
      case Type.LONG:
        return Opcodes.LONG;
      case Type.FLOAT:
        return Opcodes.FLOAT;
      case Type.DOUBLE:
        return Opcodes.DOUBLE;
      case Type.OBJECT:
        return type.getInternalName();
      case Type.ARRAY:
        return type.getDescriptor();
      default:
        return Opcodes.INTEGER;
    }
  }
}
