//! Tokio on one thread: a task for each connection, which reads and writes in straight lines.

use peer_contract::{Address, Messages, Order, BUFFER_BYTES};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener, UnixStream};

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, echo: bool) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut messages = Messages::default();
    loop {
        let size = stream.read(&mut buffer).await?;
        if size == 0 {
            return Ok(());
        }
        if echo {
            peer_contract::arrived(size);
            stream.write_all(&buffer[..size]).await?;
        } else {
            messages.take(&buffer[..size]);
        }
    }
}

async fn accept(order: Order) -> std::io::Result<()> {
    match order.address {
        Address::Tcp(address) => {
            let listener = TcpListener::bind(address).await?;
            peer_contract::say_ready();
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::task::spawn_local(serve(stream, order.echo));
            }
        }
        Address::Unix(path) => {
            let listener = UnixListener::bind(path)?;
            peer_contract::say_ready();
            loop {
                let (stream, _) = listener.accept().await?;
                tokio::task::spawn_local(serve(stream, order.echo));
            }
        }
    }
}

fn main() -> std::io::Result<()> {
    let order = Order::read();
    let termination = peer_contract::termination()?;
    termination.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        tokio::task::spawn_local(async { accept(order).await.expect("clients are accepted") });
        UnixStream::from_std(termination)?.read_u8().await
    })?;
    peer_contract::print_tally();
    Ok(())
}
