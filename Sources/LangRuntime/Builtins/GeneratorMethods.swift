/// The methods of generators, those of iterators.
///
/// Each resumes the generator and takes what is left.
enum GeneratorMethods {
  nonisolated(unsafe) static let definitions: [NativeDefinition] = IteratorMethods.definitions
}
