//! `pellucid install`: which folder the kernelspec goes to.
use super::args::{Common, absolute, text_of, value};
use super::{failed, wrong};
use crate::kernelspec::{self, Place};
use std::process::ExitCode;

pub fn main(mut args: &[String]) -> ExitCode {
    let (mut common, mut place, mut name) = (Common::default(), Place::User, "pellucid".to_owned());
    let mut history = None;
    while let Some(first) = args.first() {
        let taken = match first.split('=').next().unwrap_or_default() {
            "--user" => one(&mut args).map(|()| place = Place::User),
            "--sys-prefix" => one(&mut args).map(|()| place = Place::SysPrefix),
            "--prefix" => value(&mut args).map(|v| place = Place::Prefix(v.into())),
            "--name" => value(&mut args).map(|v| name = v),
            "--history" => value(&mut args).and_then(|v| history_file(&v)).map(|v| history = Some(v)),
            "--mount" => common.take(&mut args).map(drop),
            _ => Err(format!("install does not take {first:?}")),
        };
        if let Err(why) = taken {
            return wrong(&why);
        }
    }
    if let Err(why) = kernelspec::check_name(&name) {
        return wrong(&why);
    }
    match kernelspec::install(&place, &name, &common.mounts, history.as_deref()) {
        Ok(folder) => {
            println!("The kernel {name:?} is installed in {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(why) => failed(&why),
    }
}

/// `none` or the absolute path of a file, which the kernel makes.
fn history_file(said: &str) -> Result<String, String> {
    match said {
        "none" => Ok(said.to_owned()),
        "" => Err("--history needs a file's name, or none".to_owned()),
        path => text_of(&absolute(path)),
    }
}

/// Takes an option without a value.
fn one(args: &mut &[String]) -> Result<(), String> {
    *args = args.get(1..).unwrap_or_default();
    Ok(())
}
