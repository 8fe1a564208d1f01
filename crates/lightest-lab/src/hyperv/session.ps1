# One machine's life: made, started, watched, and removed however it ends. Everything that it was told is in $Settings; nothing is
# ever pasted into this text. It writes one JSON object a line and reads one a line; when its input ends, so does the machine.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$out = New-Object IO.StreamWriter ([Console]::OpenStandardOutput()), (New-Object Text.UTF8Encoding $false)
$out.AutoFlush = $true
function Tell($what) { $out.WriteLine((ConvertTo-Json -InputObject $what -Compress -Depth 3)) }

$place = Join-Path ([IO.Path]::GetTempPath()) $Settings.Name
$vm = $null
try {
    $began = Get-Date
    New-Item -ItemType Directory -Path $place | Out-Null
    $vm = New-VM -Name $Settings.Name -Generation $Settings.Generation -MemoryStartupBytes ($Settings.MemoryMiB * 1MB) -Path $place -NoVHD -Force
    $vm | Set-VMProcessor -Count $Settings.Processors
    $vm | Set-VMMemory -DynamicMemoryEnabled $false
    # A card without a switch reaches nothing.
    if (-not $Settings.Network) { Get-VMNetworkAdapter -VM $vm | Remove-VMNetworkAdapter }
    $number = 0
    foreach ($disk in $Settings.Disks) {
        $controller = if ($Settings.Generation -eq 1) { 'IDE' } else { 'SCSI' }
        if ($disk.Cdrom) {
            $vm | Add-VMDvdDrive -Path $disk.Path
        } else {
            # The image itself is never written to.
            $mine = Join-Path $place ("disk$number" + [IO.Path]::GetExtension($disk.Path))
            if ($disk.Path.StartsWith('\\')) {
                Copy-Item -LiteralPath $disk.Path -Destination $mine
            } else {
                New-VHD -Path $mine -ParentPath $disk.Path -Differencing | Out-Null
            }
            $vm | Add-VMHardDiskDrive -ControllerType $controller -Path $mine
        }
        $number++
    }
    if ($Settings.Generation -eq 2) {
        $vm | Set-VMFirmware -EnableSecureBoot Off -ConsoleMode COM1
        $first = Get-VMHardDiskDrive -VM $vm | Select-Object -First 1
        if ($first) { $vm | Set-VMFirmware -FirstBootDevice $first }
    }
    $pipeName = $Settings.Name
    $vm | Set-VMComPort -Number 1 -Path ('\\.\pipe\' + $pipeName)
    Start-VM -VM $vm
    $hyperv = (Get-Command New-VM).Version.ToString()
    Tell @{ ready = "Hyper-V's PowerShell module $hyperv" }

    $pipe = New-Object IO.Pipes.NamedPipeClientStream '.', $pipeName, 'InOut', 'Asynchronous'
    $buffer = New-Object byte[] 4096
    $reading = $null
    $nextLook = Get-Date
    $lastRecord = 0
    $reader = New-Object IO.StreamReader ([Console]::OpenStandardInput())
    $commands = $reader.ReadLineAsync()
    $over = $false
    while (-not $over) {
        if (-not $pipe.IsConnected) {
            try { $pipe.Connect(0); $reading = $pipe.ReadAsync($buffer, 0, $buffer.Length) } catch { $reading = $null }
        }
        $tasks = @($commands) + @($reading | Where-Object { $_ })
        [Threading.Tasks.Task]::WaitAny([Threading.Tasks.Task[]]$tasks, 50) | Out-Null
        if ($reading -and $reading.IsCompleted) {
            $read = if ($reading.IsFaulted) { 0 } else { $reading.Result }
            if ($read -gt 0) {
                Tell @{ console = [Convert]::ToBase64String($buffer, 0, $read) }
                $reading = $pipe.ReadAsync($buffer, 0, $buffer.Length)
            } else {
                $pipe.Dispose()
                $pipe = New-Object IO.Pipes.NamedPipeClientStream '.', $pipeName, 'InOut', 'Asynchronous'
                $reading = $null
            }
        }
        if ($commands.IsCompleted) {
            $line = $commands.Result
            if ($null -eq $line) { $over = $true; continue }
            $asked = ConvertFrom-Json $line
            try {
                $answer = 'done'
                switch ($asked.do) {
                    'state' { $answer = (Get-VM -Id $vm.Id).State.ToString() }
                    'power-button' { Stop-VM -VM $vm -Force -AsJob | Out-Null }
                    default { throw "unknown command" }
                }
                Tell @{ id = $asked.id; answer = $answer }
            } catch {
                Tell @{ id = $asked.id; error = $_.Exception.Message }
            }
            $commands = $reader.ReadLineAsync()
        }
        if ((Get-Date) -ge $nextLook) {
            $off = (Get-VM -Id $vm.Id).State -eq 'Off'
            $filter = @{ LogName = $Settings.EventLog; StartTime = $began; Id = $Settings.EventIds }
            $events = Get-WinEvent -Oldest -FilterHashtable $filter -ErrorAction SilentlyContinue
            foreach ($one in @($events | Where-Object { $_ -and $_.RecordId -gt $lastRecord })) {
                $lastRecord = $one.RecordId
                if ($one.Message -match [regex]::Escape($vm.Id.ToString())) { Tell @{ event = $one.Id } }
            }
            if ($off -and -not ($reading -and $reading.IsCompleted)) { $over = $true }
            $nextLook = (Get-Date).AddMilliseconds(500)
        }
    }
} catch {
    [Console]::Error.WriteLine($_.Exception.Message)
    $failed = $true
} finally {
    if ($vm) {
        Stop-VM -VM $vm -TurnOff -Force -ErrorAction SilentlyContinue
        Remove-VM -VM $vm -Force -ErrorAction SilentlyContinue
    }
    Remove-Item -LiteralPath $place -Recurse -Force -ErrorAction SilentlyContinue
}
if ($failed) { exit 1 }
exit 0
