#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Engine {
  /// Opens a file so that nothing waits without noticing that the program is to stop.
  ///
  /// Opening never waits for the other end of a named pipe; reading does. A writer waits here until
  /// there is a reader, asking now and then, since the system has no better way. With `O_TRUNC` a long
  /// file is emptied piece by piece.
  ///
  /// - Returns: The descriptor, or -1 and the number of the error.
  func openDescriptor(
    _ path: [CChar], _ flags: Int32, mode: mode_t = 0o666
  ) throws(RaisedError) -> (descriptor: Int32, failure: Int32) {
    var mayBeTooMany = true
    while true {
      var descriptor = open(
        path, flags & ~O_TRUNC | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode)
      if descriptor >= 0 && descriptor <= 2 {
        // A standard stream that is closed stays closed.
        let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        let failure = errno
        close(descriptor)
        if moved < 0 { return (-1, failure) }
        descriptor = moved
      }
      if descriptor >= 0 {
        if flags & O_TRUNC == 0 { return (descriptor, 0) }
        do throws(RaisedError) {
          let failure = isRegularFile(descriptor) ? try resize(descriptor, to: 0) : 0
          if failure == 0 { return (descriptor, 0) }
          close(descriptor)
          return (-1, failure)
        } catch {
          close(descriptor)
          throw error
        }
      }
      let failure = errno
      switch failure {
      case EINTR: try checkInterruption()
      case ENXIO where flags & O_ACCMODE == O_WRONLY && isPipe(path):
        try pause(milliseconds: 20)
      case EMFILE where mayBeTooMany:
        // Files that nobody refers to any more may not have been closed yet.
        pointee.heap.finishSweeping()
        mayBeTooMany = false
      default: return (-1, failure)
      }
    }
  }

  private func isPipe(_ path: [CChar]) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Writes everything to a descriptor from ``openDescriptor(_:_:mode:)``.
  ///
  /// - Returns: The number of the error, 0 without.
  func writeAll(
    _ bytes: UnsafePointer<UInt8>, count: Int, to descriptor: Int32
  ) throws(RaisedError) -> Int32 {
    var status = stat()
    let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    var sent = 0
    while sent < count {
      let piece = min(count - sent, isRegular ? 1 << 20 : 1 << 16)
      let result =
        isRegular
        ? write(descriptor, bytes + sent, piece) : writeQuietly(descriptor, bytes + sent, piece)
      if result >= 0 {
        sent += result
      } else if errno == EAGAIN {
        _ = wait(for: descriptor, POLLOUT)
      } else if errno != EINTR {
        return errno
      }
      if sent < count { try checkInterruption() }
    }
    return 0
  }
}

/// Whether a descriptor is of a regular file.
func isRegularFile(_ descriptor: Int32) -> Bool {
  var status = stat()
  return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Letters and digits that nobody guesses, for names of temporary files.
func randomName(_ length: Int = 12) -> [CChar] {
  var generator = SystemRandomNumberGenerator()
  let characters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
  return (0..<length).map { _ in
    CChar(characters[Int.random(in: 0..<characters.count, using: &generator)])
  }
}
