//! `lightest completions`: a completion script for a shell.

use clap::{Args as ClapArgs, Command, CommandFactory};

use super::lab::options::Image;
use crate::failure::Failure;
use crate::{exit, output};

#[derive(Debug, ClapArgs)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "lightest", &mut script);
    output::raw(&script)?;
    Ok(exit::DONE)
}

/// All commands. `help` copies their subcommands before deferred ones are built, so those of `image` are not deferred here.
fn command() -> Command {
    super::Cli::command().mut_subcommand("image", |image| Image::augment_args(image).defer(|image| image))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of all commands below one but `help`, each with those before it.
    fn below(command: &Command) -> Vec<Vec<String>> {
        let named = command.get_subcommands().filter(|command| command.get_name() != "help");
        let mut all: Vec<Vec<String>> = named
            .flat_map(|command| {
                let name = command.get_name().to_owned();
                let deeper = below(command).into_iter().map(|path| [vec![name.clone()], path].concat());
                deeper.chain([vec![name.clone()]]).collect::<Vec<_>>()
            })
            .collect();
        all.sort();
        all
    }

    #[test]
    fn help_completes_every_command_and_what_stands_below_it() {
        let mut command = command();
        command.build();
        let help = command.find_subcommand("help").expect("there is help");
        assert_eq!(below(help), below(&command));
        assert!(below(help).contains(&vec!["image".to_owned(), "build".to_owned()]));
    }
}
