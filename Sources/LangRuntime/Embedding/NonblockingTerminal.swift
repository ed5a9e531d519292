#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A descriptor to read from after `poll` has promised something, without waiting at a terminal.
///
/// With Ctrl-C a terminal drops what was typed and not read yet, also between the promise and the
/// reading. That would then wait for the next key or line, and not notice the signal, which came before
/// it. So a terminal is opened once more, for reading that does not wait: to change the descriptor
/// itself would change it for all programs at that terminal. Where opening is impossible (no `/proc`, a
/// terminal of another user), and for everything else, the descriptor itself is read.
public struct NonblockingTerminal {
  private let descriptor: Int32
  /// The terminal, opened once more; -1 before the first reading, and for what is not opened.
  private var terminal: Int32 = -1
  private var wasTried = false

  /// Opens nothing yet.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// Reads as the system's `read` does; -1 and `EAGAIN` when what was promised is gone.
  public mutating func read(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    if !wasTried {
      wasTried = true
      if isatty(descriptor) == 1 { open() }
    }
    let source = terminal >= 0 ? terminal : descriptor
    #if canImport(Glibc)
      return Glibc.read(source, buffer, count)
    #else
      return Darwin.read(source, buffer, count)
    #endif
  }

  private mutating func open() {
    #if canImport(Glibc)
      let path = "/proc/self/fd/\(descriptor)"
    #else
      guard let name = ttyname(descriptor) else { return }
      let path = String(cString: name)
    #endif
    let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    #if canImport(Glibc)
      terminal = Glibc.open(path, flags)
    #else
      terminal = Darwin.open(path, flags)
    #endif
  }

  /// Closes what was opened; the next reading opens it again.
  public mutating func close() {
    if terminal >= 0 {
      #if canImport(Glibc)
        _ = Glibc.close(terminal)
      #else
        _ = Darwin.close(terminal)
      #endif
    }
    (terminal, wasTried) = (-1, false)
  }
}
