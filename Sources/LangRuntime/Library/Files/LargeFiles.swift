import Lang

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// What the system does with a large file in one call takes long, and nothing interrupts it: 50 ms for
// each gigabyte that it takes back, 200 ms and more for half a gigabyte that it has yet to write.

/// From this many bytes on a file is large.
let largeFileSize = LargeMemory.threshold

/// Closes a descriptor when nobody needs it any more.
private final class DescriptorOwner {
  let descriptor: Int32
  init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { close(descriptor) }
}

/// Leaves closing a descriptor to a thread, with all that is to be done then.
func closeInBackground(_ descriptor: Int32) {
  LargeMemory.letGo(DescriptorOwner(descriptor))
}

/// Has `change` take a name from a file: remove it, or give it to another.
///
/// A large file stays open meanwhile: what it holds is taken back when a thread closes it.
///
/// - Returns: What `change` returns; `errno` is what it has left.
func takingName(
  _ path: [CChar], in folder: Int32 = AT_FDCWD, _ change: () -> Int32
) -> Int32 {
  var status = stat()
  guard fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0,
    status.st_mode & S_IFMT == S_IFREG, status.st_size >= largeFileSize
  else { return change() }
  // Whoever may not read it has to wait.
  let descriptor = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
  let result = change()
  let failure = errno
  if descriptor >= 0 {
    // Network file systems give a file that is open another name, which goes when it is closed: a folder
    // must be empty when all files in it were removed.
    if fstat(descriptor, &status) == 0 && status.st_nlink == 0 {
      closeInBackground(descriptor)
    } else {
      close(descriptor)
    }
  }
  errno = failure
  return result
}

/// Closes a file that was written, and has it on the disk before if need be.
///
/// - Returns: The number of the error, 0 without: some file systems say only here that there is no room.
func closeWritten(_ descriptor: Int32, isSynchronous: Bool = false) -> Int32 {
  var failure: Int32 = 0
  if isSynchronous {
    while fsync(descriptor) != 0 {
      if errno == EINTR { continue }
      failure = errno
      break
    }
  }
  if close(descriptor) != 0 && failure == 0 && errno != EINTR { failure = errno }
  return failure
}

extension Engine {
  /// ``closeWritten(_:isSynchronous:)`` for a file of `size` bytes; what is interrupted goes on in the
  /// background.
  func closeWritten(
    _ descriptor: Int32, size: Int, isSynchronous: Bool = false
  ) throws(RaisedError) -> Int32 {
    if size < largeFileSize && !isSynchronous {
      return LangRuntime.closeWritten(descriptor)
    }
    return try runInBackground {
      LangRuntime.closeWritten(descriptor, isSynchronous: isSynchronous)
    }
  }

  /// Gives a file another size.
  ///
  /// A large one becomes shorter piece by piece, from its end.
  ///
  /// - Returns: The number of the error, 0 without.
  func resize(_ descriptor: Int32, to size: Int) throws(RaisedError) -> Int32 {
    var status = stat()
    if fstat(descriptor, &status) != 0 { return errno }
    var left = Int(status.st_size)
    // Less takes too little time to ask; what is larger by far than a disk is mostly holes.
    let piece = max(1 << 26, (left - size) / 1000)
    repeat {
      left = left - size > piece ? left - piece : size
      while ftruncate(descriptor, off_t(left)) != 0 {
        if errno != EINTR { return errno }
      }
      if left != size { try checkInterruption() }
    } while left != size
    return 0
  }
}
