import Foundation
import Testing

@testable import LangRuntime

/// What becomes of a long text that is being written to a file when the program is to stop.
@Suite("Interrupted writes")
struct InterruptedWriteTests {
  @Test func theRestIsDropped() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("lang-\(UUID().uuidString)").path
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    try #require(descriptor >= 0)
    defer {
      close(descriptor)
      unlink(path)
    }
    let machine = Machine()
    let interrupter = MachineInterrupter(machine)
    var output = OutputStream(descriptor: descriptor)
    defer { output.deallocate() }
    let bytes = [UInt8](repeating: 1, count: 40 << 20)
    interrupter.interrupt()
    let isWritten = output.write(bytes, count: bytes.count, machine.engine)
    interrupter.clear()
    let isFlushed = output.flush(machine.engine)
    #expect(!isWritten && isFlushed)
    var status = stat()
    try #require(fstat(descriptor, &status) == 0)
    #expect(Int(status.st_size) > 0 && Int(status.st_size) < bytes.count)
  }
}
