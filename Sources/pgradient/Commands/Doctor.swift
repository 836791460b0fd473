import ArgumentParser
struct Doctor: AsyncParsableCommand { @OptionGroup var global: GlobalOptions }
