import Foundation
import Testing

@testable import LangRuntime

/// What native parts of the library do with much data, or for long, ends when the program is to stop.
@Suite("Interruption of the library")
struct LibraryInterruptionTests {
  private static let trials: [InterruptionTests.Trial] = [
    .init("let x = bytes(300_000)", "_hash.hex(\"sha256\", x)"),
    .init("let x = bytes(300_000)", "_hash.hex(\"md5\", x)"),
    .init("let x = \"a\" * 300_000", "_hash.hmac(x, x, \"sha512\")"),
    .init("let x = bytes(300_000)", "_hash.crc32(x, 0)"),
    .init("let x = bytes(300_000)", "_hash.equal(x, x)"),
    .init("", "_hash.pbkdf2(\"password\", \"salt\", 3000, nil, \"sha1\")"),
    .init(
      "let x = _hash.new(\"md5\", nil)", kept: "bytes(300_000)", "_hash.update(x, kept)",
      isIntact: "_hash.finish(x, true) == _hash.hex(\"md5\", \"\")"),
    .init(
      "let x = list(range(5000)); let g = _random.new(false)", kept: "x.copy()",
      "_random.shuffle(g, x)", isIntact: "sorted(x) == kept"),
    .init(
      "let g = _random.new(false)", kept: "nil", "_random.bytes(g, 100_000)", isIntact: "true"),
    .init(
      "let g = _random.new(false)", kept: "nil", "_random.bits(g, 200_000)", isIntact: "true"),
    .init(
      "let g = _random.new(false)", kept: "nil", "_random.sample(g, 10_000, 3000)",
      isIntact: "true"),
    .init(
      "let g = _random.new(false)", kept: "nil", "_random.weighted(g, [1.0, 2.0], 3000)",
      isIntact: "true"),
    .init(
      "let x = bytes(300_000); let g = _random.new(false)", kept: "nil", "_random.seed(g, x)",
      isIntact: "true"),
  ]

  @Test(arguments: trials)
  func stops(trial: InterruptionTests.Trial) throws {
    let program = try InterruptedProgram(
      "import _hash\nimport _random\n" + trial.source, isStressed: false)
    _ = try program.attempt(stoppedAt: 0)
    let count = program.checkCount
    try #require(count > 0, "nothing asks whether the program is to stop")
    for number in Set([1, count]) {
      #expect(
        try program.attempt(stoppedAt: number) == .tuple([.string("interrupted"), .bool(true)]),
        "stopped at check \(number) of \(count)")
    }
  }

  @Test("Sleep ends when another thread stops the program")
  func sleepEnds() throws {
    let machine = Machine(output: { _ in })
    let interrupter = MachineInterrupter(machine)
    Thread {
      usleep(50_000)
      interrupter.interrupt()
    }.start()
    let start = Date()
    #expect(throws: LangError.self) { try machine.run("import _time\n_time.sleep(100)") }
    #expect(-start.timeIntervalSinceNow < 20)
    // It can wait again.
    try machine.run("import _time\n_time.sleep(0.002)")
  }
}
