#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// The functions of the C library that number code outside of `MathModule` needs, under names that
// cannot be taken for methods of the values they work on.

@inline(__always) func logarithm2(_ x: Double) -> Double { log2(x) }
@inline(__always) func raise(_ x: Double, to y: Double) -> Double { pow(x, y) }
